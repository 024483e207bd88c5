# awk -f fill.awk TABLES TEMPLATE: fills a template from the rows that Sources/Plugin/tables.c prints.
#
# In a template, {list.column} stands for a value, which may contain such names itself. A line with a value that the
# row does not have is left out. The lines from `#each LIST` to `#end` are repeated for each row of the list;
# {list.number} counts them from 1, {list.index} from 0. An inner `#each` takes the rows that belong to the outer row.

BEGIN { FS = "\t" }

NR == FNR {
  rows[++last_row] = $0
  list[NR] = $1
  known[$1 ".index"] = known[$1 ".number"] = 1
  for (i = 2; i <= NF; i++)
    known[$1 "." substr($i, 1, index($i, "=") - 1)] = 1
  next
}

{ lines[FNR] = $0 }

END {
  enter(1, 0)
  fill(1, 1, last_row)
}

function fail(message) {
  print "fill.awk: " message > "/dev/stderr"
  exit 1
}

# Fills the lines from `line` to the matching `#end`, or to the last line, with the rows `first` to `last`.
function fill(line, first, last) {
  for (; line in lines && lines[line] != "#end"; line++)
    if (lines[line] ~ /^#each /)
      line = each(substr(lines[line], 7), line + 1, first, last)
    else
      put(lines[line])
}

# Repeats the lines from `line` on for each row of list `name`; returns the line of the matching `#end`.
function each(name, line, first, last,    row, next_row, count, end, depth) {
  if (!((name ".index") in known))
    fail("there is no list '" name "'")
  for (row = first; row <= last; row = next_row) {
    for (next_row = row + 1; next_row <= last && list[next_row] != name; next_row++)
      ;
    if (list[row] == name) {
      enter(row, count++)
      fill(line, row + 1, next_row - 1)
    }
  }
  for (end = line; depth || lines[end] != "#end"; end++)
    depth += (lines[end] ~ /^#each /) - (lines[end] == "#end")
  return end
}

# Sets the values of a list to those of a row.
function enter(row, count,    name, cells, i, equals) {
  for (name in values)
    if (index(name, list[row] ".") == 1)
      delete values[name]
  for (i = split(rows[row], cells, FS); i > 1; i--) {
    equals = index(cells[i], "=")
    values[list[row] "." substr(cells[i], 1, equals - 1)] = substr(cells[i], equals + 1)
  }
  values[list[row] ".index"] = count
  values[list[row] ".number"] = count + 1
}

function put(line,    name) {
  while (match(line, /\{[a-z]+\.[a-z]+\}/)) {
    name = substr(line, RSTART + 1, RLENGTH - 2)
    if (!(name in known))
      fail("there is no value {" name "}")
    if (!(name in values))
      return
    line = substr(line, 1, RSTART - 1) values[name] substr(line, RSTART + RLENGTH)
  }
  print line
}
