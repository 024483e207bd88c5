# Isolde. `make` builds the bundle, the command line and the library; `make demo` and `make test` are
# what README.md opens with. Everything lands in build/.

B      := build
CC     := clang
PREFIX ?= /usr/local

# Without Swift, the first compilation prints how to install it.
SWIFT_FOUND := $(shell swiftc --version 2>/dev/null | grep -E 'Swift version (6\.([3-9]|[1-9][0-9])|[7-9])')
define NO_SWIFT
Swift 6.3 or newer is needed to build Isolde, and there is none on the PATH
scripts/install-swift.sh installs it for you alone; to use Isolde without building it, take a package (README.md)
endef
SWIFTC = $(if $(SWIFT_FOUND),swiftc,$(error $(NO_SWIFT)))

.DEFAULT_GOAL := all

# ---- The core: Embedded Swift, compiled once into one self-contained object -------------------------
#
# Embedded Swift's objects contain weak copies of swift_retain and similar functions, which would replace the real
# runtime in an ordinary Swift program. So `ld -r` joins all objects, and `objcopy` keeps only the functions of isolde.h
# visible. Plug-in, library, command line and tests link that object.

CORE     := $(B)/core
MODULES  := $(addprefix -I Sources/Modules/,CInterface CIsolde CKernels CSystem)
SWIFT    := -O -wmo -parse-as-library -swift-version 6 -enable-experimental-feature Embedded \
            -enforce-exclusivity=unchecked -Xfrontend -enable-stack-protector -file-prefix-map $(CURDIR)=. -Xcc -fPIC \
            -Xcc -ffp-contract=off $(MODULES) -I $(CORE)
CFLAGS   := -std=gnu17 -O2 -fPIC -fvisibility=hidden -ffp-contract=off -Wall -Wextra -Werror \
            -fstack-protector-strong -D_FORTIFY_SOURCE=2 -ffile-prefix-map=$(CURDIR)=.
LDFLAGS  := -fuse-ld=lld -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--gc-sections
INCLUDES := $(MODULES) -I Sources/IsoldeLibrary
HEADERS  := $(B)/flags $(wildcard $(addprefix Sources/Modules/*/*,.h .modulemap) Sources/IsoldeLibrary/*.h)

# A change of flags rebuilds everything: this file changes when they do.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(SWIFT) $(CFLAGS) $(LDFLAGS) $(FFTW) $(TEST_CFLAGS)' | cmp -s - $@ || \
	  echo '$(SWIFT) $(CFLAGS) $(LDFLAGS) $(FFTW) $(TEST_CFLAGS)' >$@

.PHONY: FORCE

# swiftc keeps the date of an object that has not changed, hence `touch`.

# Kernels: one source, one module for each SIMD level. The baseline is linked first, as the linker keeps the first of
# the weak copies of the runtime, and that must run on every processor.
LEVELS          := baseline avx2 avx512
MODULE_baseline := KernelsV1
MODULE_avx2     := KernelsV3
MODULE_avx512   := KernelsV4
MARCH_baseline  := x86-64
MARCH_avx2      := x86-64-v3
MARCH_avx512    := x86-64-v4

upper = $(shell echo $(1) | tr a-z A-Z)

$(CORE)/kernels-%.o: $(sort $(wildcard Sources/Kernels/*.swift)) $(HEADERS) | $(CORE)
	$(SWIFTC) $(SWIFT) -module-name $(MODULE_$*) -DLEVEL_$(call upper,$*) -Xcc -march=$(MARCH_$*) \
	  -c $(filter Sources/Kernels/%.swift,$^) -o $@ && touch $@

# Modules above the kernels, each in its own folder. Each imports only those before it in this list.
swift_sources = $(shell find Sources/$(1) -name '*.swift' | LC_ALL=C sort)
define module
$(CORE)/$(1).o: $(call swift_sources,$(1)) $(HEADERS) $(2:%=$(CORE)/%.o) | $(CORE)
	$$(SWIFTC) $$(SWIFT) -module-name $(1) -emit-module -emit-module-path $(CORE)/$(1).swiftmodule \
	  -c $$(filter Sources/$(1)/%.swift,$$^) -o $$@ && touch $$@
endef
$(eval $(call module,Timing,))
$(eval $(call module,Engine,Timing))
$(eval $(call module,Separation,Engine))
$(eval $(call module,IsoldeLibrary,Separation Engine))

C_SOURCES     := $(sort $(wildcard Sources/Modules/*/*.c Sources/IsoldeLibrary/*.c))
SWIFT_OBJECTS := $(LEVELS:%=$(CORE)/kernels-%.o) $(CORE)/Timing.o $(CORE)/Engine.o $(CORE)/Separation.o \
                 $(CORE)/IsoldeLibrary.o
C_OBJECTS     := $(patsubst %.c,$(CORE)/%.o,$(notdir $(C_SOURCES)))
OBJECTS       := $(SWIFT_OBJECTS) $(C_OBJECTS)

vpath %.c $(sort $(dir $(C_SOURCES)))
$(C_OBJECTS): $(CORE)/%.o: %.c $(HEADERS) | $(CORE)
	$(CC) $(CFLAGS) $(INCLUDES) -c $< -o $@

# Swift's and FFTW's allocations are redirected to memory.h, which has a spare. The compiler's hash of a module depends
# on the folder and is never read, so it is removed.
$(B)/isolde.o: $(OBJECTS)
	$(CROSS)ld -r $(SWIFT_OBJECTS) -o $(CORE)/swift.o
	$(CROSS)objcopy --remove-section=.swift_modhash \
	  --redefine-sym posix_memalign=memory_align --redefine-sym free=memory_give $(CORE)/swift.o
	$(CROSS)ld -r $(CORE)/swift.o $(C_OBJECTS) -o $(CORE)/whole.o
	$(CROSS)objcopy --wildcard --keep-global-symbol='isolde_*' --keep-global-symbol='fftwf_kernel_*' \
	  $(CORE)/whole.o $@

$(B)/libisolde.a: $(B)/isolde.o
	rm -f $@ && ar rcsD $@ $<

# FFTW is linked statically with hidden symbols: its planner, lock and wisdom are not shared with other libraries, so the
# bits are the same in every process.
FFTW := -Wl,-Bstatic -lfftw3f -Wl,-Bdynamic -lm

$(CORE):
	mkdir -p $@

all: $(B)/libisolde.a

# ---- Library: libisolde for C programs ----------------------------------------------------------------

VERSION := $(shell sed -n 's/.*ISOLDE_VERSION "\(.*\)"/\1/p' Sources/IsoldeLibrary/isolde.h)
SONAME  := libisolde.so.$(firstword $(subst ., ,$(VERSION)))

$(B)/libisolde.so: $(B)/isolde.o scripts/libisolde.map
	$(CC) -shared $(LDFLAGS) -Wl,-soname,$(SONAME) -Wl,--version-script=scripts/libisolde.map \
	  $< $(FFTW) -o $@

# ---- Plug-in: the LV2 bundle --------------------------------------------------------------------------
#
# The tables (ports.def, presets.def) are compiled into the shim and into `tables`, which prints them for the
# templates in ttl/; it asks the models of the bundle for their latencies.

BUNDLE   := $(B)/isolde.lv2
PLUGIN_C := $(filter-out tables,$(basename $(notdir $(sort $(wildcard Sources/Plugin/*.c)))))
PRESETS  := Sources/Modules/CPresets
PLUGIN_H := $(wildcard Sources/Plugin/*.h Sources/Plugin/*.def)
TURTLE   := $(addprefix $(BUNDLE)/,manifest.ttl isolde.ttl presets.ttl)
MODELS   := $(patsubst Bundle/models/%,$(BUNDLE)/models/%,$(wildcard Bundle/models/*))

$(B)/plugin:
	mkdir -p $@

$(B)/plugin/%.o: Sources/Plugin/%.c $(PLUGIN_H) $(HEADERS) $(B)/plugin/latencies.h | $(B)/plugin
	$(CC) $(CFLAGS) $(INCLUDES) -I $(B)/plugin -c $< -o $@

$(B)/plugin/tables: Sources/Plugin/tables.c $(PRESETS)/presets.def $(PLUGIN_H) $(HEADERS) $(B)/libisolde.a | $(B)/plugin
	$(CC) $(CFLAGS) $(INCLUDES) -I $(PRESETS) $< $(B)/libisolde.a $(FFTW) $(TSAN_LIBS) -o $@

$(B)/plugin/tables.tsv: $(B)/plugin/tables $(wildcard Bundle/models/*.isolde)
	$(RUN) $< Bundle/models > $@

FILL = awk -f ttl/fill.awk $(B)/plugin/tables.tsv $< > $@

$(B)/plugin/latencies.h: Sources/Plugin/latencies.h.in ttl/fill.awk $(B)/plugin/tables.tsv
	$(FILL)

$(BUNDLE)/isolde.so: $(PLUGIN_C:%=$(B)/plugin/%.o) $(CORE)/older_glibc.o $(B)/isolde.o Sources/Plugin/plugin.map
	mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS) -Wl,--version-script=Sources/Plugin/plugin.map -Wl,--as-needed \
	  $(filter %.o,$^) $(FFTW) -o $@

$(BUNDLE)/%.ttl: ttl/%.ttl ttl/fill.awk $(B)/plugin/tables.tsv
	mkdir -p $(BUNDLE)
	$(FILL)

$(BUNDLE)/models/%: Bundle/models/%
	install -D -m 644 $< $@

all: $(BUNDLE)/isolde.so $(TURTLE) $(MODELS)

# ---- Window: a shared object of its own in the bundle -------------------------------------------------
#
# The plug-in itself needs neither cairo nor X; hosts that show windows load this library in addition. It stays loaded
# after the host closes it, because fonts that cairo has read would leak each time a window is closed.

WINDOW       := $(B)/window
WINDOW_C     := $(basename $(notdir $(sort $(wildcard Sources/Window/*.c))))
WINDOW_H     := $(wildcard Sources/Window/*.h Sources/Modules/CWindow/* $(PRESETS)/*) $(PLUGIN_H) $(HEADERS)
WINDOW_FLAGS := -ISources/Plugin -ISources/IsoldeLibrary $(shell pkg-config --cflags cairo xcb fontconfig)
WINDOW_LIBS  := $(shell pkg-config --libs cairo xcb fontconfig)

$(WINDOW):
	mkdir -p $@

$(WINDOW)/Window.o: $(call swift_sources,Window) $(WINDOW_H) | $(WINDOW)
	$(SWIFTC) $(SWIFT) $(WINDOW_SWIFT) -I Sources/Modules/CWindow -I Sources/Modules/CCairo -I $(PRESETS) $(addprefix -Xcc ,$(WINDOW_FLAGS)) \
	  -module-name Window -c $(filter %.swift,$^) -o $@ && touch $@

$(WINDOW)/%.o: Sources/Window/%.c $(WINDOW_H) | $(WINDOW)
	$(CC) $(CFLAGS) $(INCLUDES) $(WINDOW_FLAGS) -c $< -o $@

$(BUNDLE)/isolde_ui.so: $(WINDOW)/Window.o $(WINDOW_C:%=$(WINDOW)/%.o) $(B)/plugin/messages.o $(CORE)/older_glibc.o \
                        Sources/Window/ui.map
	mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS) -Wl,-z,nodelete -Wl,--version-script=Sources/Window/ui.map -Wl,--as-needed \
	  $(filter %.o,$^) $(WINDOW_LIBS) -lm -o $@

all: $(BUNDLE)/isolde_ui.so

# The window without its LV2 interface, for `isolde view`; self-contained like the core.
$(B)/libwindow.a: $(WINDOW)/Window.o $(patsubst %,$(WINDOW)/%.o,$(filter-out ui,$(WINDOW_C)))
	ld -r $^ -o $(WINDOW)/whole.o
	objcopy --wildcard --remove-section=.swift_modhash --keep-global-symbol='window_*' --keep-global-symbol='display_*' \
	  $(WINDOW)/whole.o $(WINDOW)/window.o
	rm -f $@ && ar rcsD $@ $(WINDOW)/window.o

# ---- Command line: the Swift package, which links the archive -----------------------------------------
#
# SwiftPM does not notice when the archive changes, so the product is deleted first. The Swift runtime is linked
# statically, so that the installed program needs no toolchain. Incremental compilation is off, as it would put hashes of
# the build's paths into the binary.

CLI := $(shell find Sources/isolde Sources/Modules -type f) Sources/Window/window.h

$(B)/isolde: $(B)/libisolde.a $(B)/libwindow.a $(CORE)/older_glibc.o Package.swift $(CLI) $(HEADERS)
	rm -f .build/release/isolde
	swift build -c release --static-swift-stdlib --disable-local-rpath -debug-info-format none --product isolde \
	  $(addprefix -Xswiftc ,-use-ld=lld -file-prefix-map $(CURDIR)=. -Xfrontend -disable-incremental-llvm-codegen) \
	  $(addprefix -Xlinker ,-z relro -z now $(CURDIR)/$(CORE)/older_glibc.o)
	strip -o $@ .build/release/isolde

all: $(B)/libisolde.so $(B)/isolde

# ---- Demo: a recording through the plug-in in a real host ---------------------------------------------
#
# `make demo` generates a recording, `make demo IN=take1.wav` uses yours. Results are in build/demo/.

$(B)/told-latency.so: scripts/told-latency.c scripts/real_dlsym.h
	mkdir -p $(B)
	$(CC) -std=gnu17 -O2 -Wall -Wextra -Werror -fPIC -shared $< -o $@

demo:
	scripts/install-packages.sh build demo
	$(MAKE) all $(B)/told-latency.so
	scripts/demo.sh $(B) "$(IN)"

# The picture in README.md: the demo's, smaller and with 64 colours.
picture: demo
	mkdir -p docs/pictures
	ffmpeg -nostdin -v error -y -i $(B)/demo/demo.png -filter_complex \
	  'scale=960:-2:flags=area,split[a][b];[a]palettegen=reserve_transparent=0:max_colors=64[p];[b][p]paletteuse=dither=none' docs/pictures/demo.png

# Ardour's strips and window in README.md.
ardour-picture: all
	scripts/install-packages.sh hosts demo
	mkdir -p docs/pictures
	Tests/Hosts/ardour/picture.sh docs/pictures/ardour.png

# A folder with only the bundle, for hosts that scan all of LV2_PATH.
$(B)/lv2:
	mkdir -p $@
	ln -s ../isolde.lv2 $@/

# The plug-ins' window in README.md.
window-picture: all $(B)/tests/tools/window_host | $(B)/lv2
	scripts/install-packages.sh hosts demo
	scripts/noisy-recording.sh $(B)/noisy.wav
	ffmpeg -nostdin -v error -y -i $(B)/noisy.wav -c:a pcm_f32le $(B)/take.wav
	LV2_PATH=$(CURDIR)/$(B)/lv2 Tests/Window/picture.py $(B)/tests/tools/window_host $(B)/take.wav docs/pictures/window.png

# Measures the cost of the window: docs/window.md.
window-cost: all $(B)/tests/tools/window_host | $(B)/lv2
	scripts/install-packages.sh test
	scripts/noisy-recording.sh $(B)/noisy.wav
	ffmpeg -nostdin -v error -y -i $(B)/noisy.wav -c:a pcm_f32le $(B)/take.wav
	LV2_PATH=$(CURDIR)/$(B)/lv2 Tests/Window/cost.py $(B)/tests/tools/window_host $(B)/take.wav

.PHONY: ardour-picture window-picture window-cost

# ---- Install and packages: make install PREFIX=/usr DESTDIR=package -----------------------------------
#
# `make dist` packs an archive with an install.sh, `make deb` a package for Debian 12 and newer. The date in them
# is that of the last commit, or SOURCE_DATE_EPOCH.

NAME     := isolde-$(VERSION)-linux-x86_64
STAGE    := $(B)/dist/$(NAME)
REVISION := 1
DEB      := $(B)/dist/isolde_$(VERSION)-$(REVISION)_amd64.deb
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
stage dist deb wheel: export SOURCE_DATE_EPOCH := $(SOURCE_DATE_EPOCH)

# Writes the manual pages, with a tool of swift-argument-parser and the modules that SwiftPM has built.
PARSER := .build/checkouts/swift-argument-parser

$(B)/generate-manual: $(B)/isolde
	swiftc -static-stdlib -parse-as-library -module-name generate_manual -use-ld=lld -I .build/release/Modules \
	  `find $(PARSER)/Tools/generate-manual -name '*.swift'` \
	  $(addprefix .build/release/,ArgumentParser.build/*.o ArgumentParserToolInfo.build/*.o) -o $@

stage: all $(B)/told-latency.so $(B)/generate-manual
	packaging/stage.sh $(B) $(STAGE) $(VERSION)

install: stage
	$(STAGE)/install.sh --prefix $(PREFIX)

uninstall:
	packaging/install.sh --uninstall --prefix $(PREFIX)

dist: stage
	scripts/install-packages.sh package
	packaging/dist.sh $(STAGE) $(STAGE).tar.xz

deb: stage
	scripts/install-packages.sh package
	packaging/deb.sh $(STAGE) $(REVISION) $(DEB)

# A package for pip, with the library and the models in it.
wheel: stage
	scripts/install-packages.sh wheel
	packaging/wheel.sh $(STAGE) $(B)/dist

.PHONY: demo picture stage install uninstall dist deb wheel

# ---- aarch64: plug-ins, window and library, cross-built into build/aarch64/ ---------------------------
#
# Embedded Swift has no standard library for aarch64 Linux. The one for bare metal is used, as it needs only
# posix_memalign, free, memset and memmove. The command line needs Foundation for aarch64, which only comes with a
# toolchain for that system, and has to be built there.

R           := $(B)/aarch64
ROOT        := $(R)/root
CROSS_LIBS  := -L$(ROOT)/usr/lib/aarch64-linux-gnu
CROSS_SWIFT := -target aarch64-none-none-elf $(addprefix -Xcc ,-isystem /usr/aarch64-linux-gnu/include -idirafter /usr/include)

AARCH64     := libisolde.a libisolde.so $(patsubst $(B)/%,%,$(BUNDLE)/isolde.so $(BUNDLE)/isolde_ui.so $(TURTLE) $(MODELS)) \
               $(addprefix tests/tools/,behaviour without_faders models)

$(ROOT)/ready: scripts/arm64-libraries.sh
	rm -rf $(@D)
	scripts/arm64-libraries.sh $(@D)
	touch $@

aarch64: $(ROOT)/ready
	scripts/install-packages.sh build processors
	$(MAKE) B=$(R) CROSS=aarch64-linux-gnu- RUN='qemu-aarch64 -L $(ROOT)' LEVELS=baseline MARCH_baseline=armv8-a \
	  CC='clang --target=aarch64-linux-gnu -idirafter /usr/include' \
	  SWIFT='$(subst $(CORE),$(R)/core,$(SWIFT:-enable-stack-protector=-disable-stack-protector)) $(CROSS_SWIFT)' \
	  FFTW='$(CROSS_LIBS) $(FFTW)' WINDOW_LIBS='$(CROSS_LIBS) -l:libcairo.so.2 -l:libxcb.so.1 -l:libfontconfig.so.1' \
	  WINDOW_SWIFT='-Xcc -fmodule-map-file=Sources/Modules/CIsolde/module.modulemap' $(AARCH64:%=$(R)/%)

.PHONY: aarch64

# ---- Tests: docs/testing.md ---------------------------------------------------------------------------
#
# `make test` installs what is missing, builds and runs every fast suite; the last line sums them up.
# One suite: `make test SUITES=Plugin`.

SUITES := IsoldeTests Plugin Window Realtime Hosts CommandLine Demo Install Examples Docs Fuzz Soak Training Lint Lint/missing
T      := $(B)/tests/tools

TEST_CFLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Werror -I Sources/IsoldeLibrary -I Sources/Modules/CInterface -I $(B)/plugin
TEST_TOOLS  := $(addprefix $(T)/,sound behaviour ports without_faders models memory opening open_cost fuzz fuzz_model fuzz_plugin soak churn jack_play \
               window_host no_unnamed.so rt_count.so rt_host rt_models planted.so)

$(T):
	mkdir -p $@

$(T)/sound: Tests/Tools/sound.c | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ -lsndfile -lm

$(T)/window_host: Tests/Window/window_host.c | $(T)
	$(CC) $(TEST_CFLAGS) -gdwarf-4 `pkg-config --cflags lilv-0 xcb` $< -o $@ `pkg-config --libs lilv-0 xcb` -lsndfile -ldl

$(T)/jack_play: Tests/Hosts/jack_play.c | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ -ljack -lsndfile

$(T)/no_unnamed.so: Tests/CommandLine/no_unnamed.c | $(T)
	$(CC) $(TEST_CFLAGS) -fPIC -shared $< -o $@ -ldl

$(T)/jack_load: Tests/Hosts/jack_load.c | $(T)
	$(CC) $(TEST_CFLAGS) -D_GNU_SOURCE $< -o $@ -ljack -lm

$(T)/behaviour: Tests/Plugin/behaviour.c $(wildcard Tests/Plugin/*.h) $(B)/libisolde.a | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ $(B)/libisolde.a $(FFTW) -ldl

$(T)/ports: Tests/Plugin/ports.c Tests/Plugin/check.h | $(T)
	$(CC) $(TEST_CFLAGS) `pkg-config --cflags lilv-0` $< -o $@ `pkg-config --libs lilv-0`

$(T)/without_faders: Tests/Plugin/without_faders.c $(wildcard Tests/Plugin/*.h) $(B)/libisolde.a | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ $(B)/libisolde.a $(FFTW) -ldl

$(T)/models: Tests/Plugin/models.c $(wildcard Tests/Plugin/*.h) | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ -ldl -lm

$(T)/memory: Tests/Plugin/memory.c $(wildcard Tests/Plugin/*.h) $(B)/libisolde.a | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ $(B)/libisolde.a $(FFTW) -ldl

$(T)/opening: Tests/Plugin/opening.c $(wildcard Tests/Plugin/*.h) | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ -ldl -lm

$(T)/open_cost: Tests/Fuzz/open_cost.c $(B)/libisolde.a | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ $(B)/libisolde.a $(FFTW)

$(T)/fuzz: Tests/Fuzz/fuzz.c $(B)/libisolde.a | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ $(B)/libisolde.a $(FFTW)

# In this build they replay the corpora; `make fuzz` builds its own.
LIBFUZZER := -fsanitize=fuzzer -fuse-ld=lld

$(T)/fuzz_model: Tests/Fuzz/fuzz_model.c $(wildcard Tests/Fuzz/*.h) $(B)/libisolde.a | $(T)
	$(CC) $(TEST_CFLAGS) $(LIBFUZZER) $< -o $@ $(B)/libisolde.a $(FFTW)

$(T)/fuzz_plugin: Tests/Fuzz/fuzz_plugin.c $(wildcard Tests/Fuzz/*.h Tests/Plugin/*.h) $(PLUGIN_C:%=$(B)/plugin/%.o) $(B)/libisolde.a | $(T)
	$(CC) $(TEST_CFLAGS) $(LIBFUZZER) $(filter %.c %.o,$^) -o $@ $(B)/libisolde.a $(FFTW)

# The command line in one process with the fuzzer: its own sources and the packages that SwiftPM built.
FUZZ_PACKAGES = $(wildcard .build/release/ArgumentParser.build/*.o .build/release/ArgumentParserToolInfo.build/*.o)

$(T)/fuzz_sound: Tests/Fuzz/SoundFuzzer.swift $(CLI) $(B)/libisolde.a $(B)/libwindow.a $(CORE)/older_glibc.o | $(T)
	swiftc -O -wmo -parse-as-library -swift-version 6 -module-name IsoldeFuzz -sanitize=fuzzer,address -static-stdlib \
	  -Xfrontend -entry-point-function-name -Xfrontend isolde_main -use-ld=lld -I .build/release/Modules \
	  $(patsubst %,-I %,$(sort $(dir $(filter %.modulemap,$(CLI))))) $(addprefix -Xcc ,$(shell pkg-config --cflags cairo sndfile) $(WINDOW_FLAGS)) \
	  $(filter %.swift,$^) $(FUZZ_PACKAGES) $(B)/libisolde.a $(B)/libwindow.a `pkg-config --libs cairo sndfile xcb fontconfig` -lfftw3f -lm -o $@

$(T)/soak $(T)/churn: $(T)/%: Tests/Soak/%.c Tests/Soak/measure.h $(wildcard Tests/Plugin/*.h) | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ -ldl -lm

$(T)/races: Tests/Soak/races.c $(wildcard Tests/Plugin/*.h) | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@ -ldl -lm $(TSAN_LIBS)

$(T)/rt_count.so: Tests/Realtime/rt_count.c scripts/real_dlsym.h | $(T)
	$(CC) $(TEST_CFLAGS) -fPIC -shared $< -o $@ -ldl

# The models' latencies.
$(addprefix $(T)/,behaviour without_faders models memory opening soak churn races rt_models fuzz_plugin window_host open_cost): $(B)/plugin/latencies.h

# RealtimeSanitizer is a static library of the toolchain's clang; it needs lld.
$(T)/rt_host: Tests/Realtime/rt_host.c Tests/Plugin/host.h | $(T)
	$(CC) $(TEST_CFLAGS) -std=gnu23 -fsanitize=realtime -fuse-ld=lld $< -o $@ -ldl -lm

$(T)/rt_models: Tests/Realtime/rt_models.c $(wildcard Tests/Plugin/*.h) | $(T)
	$(CC) $(TEST_CFLAGS) -std=gnu23 -fsanitize=realtime -fuse-ld=lld $< -o $@ -ldl -lm

$(T)/small_model: Tests/Plugin/small_model.c Tests/Plugin/small_model.h | $(T)
	$(CC) $(TEST_CFLAGS) $< -o $@

$(T)/spy.so: Tests/Hosts/ardour/spy.c | $(T)
	$(CC) $(TEST_CFLAGS) -D_GNU_SOURCE -fPIC -shared $< -o $@ -ldl

$(T)/planted.so: Tests/Realtime/planted/planted.c | $(T)
	$(CC) $(TEST_CFLAGS) -fPIC -fvisibility=hidden -shared $< -o $@

# Packages from PyPI for lint and the tests of Training/.
$(B)/venv/ready: Training/requirements.txt Tests/Training/venv.sh
	Tests/Training/venv.sh $(B)/venv

test:
	scripts/install-packages.sh build demo test wheel
	$(MAKE) -j`nproc` all $(TEST_TOOLS) $(B)/venv/ready $(B)/lint/bin/ruff
	Tests/run.sh $(SUITES)

# Tests the engine on emulated processors without AVX, with AVX-512, and on aarch64: some minutes.
test-processors: aarch64
	scripts/install-packages.sh build test processors
	$(MAKE) $(B)/libisolde.a $(B)/isolde $(MODELS) $(T)/sound
	Tests/run.sh Processors Processors/avx512

.PHONY: test-processors

# Tests core and plug-in under AddressSanitizer, in a separate build: some minutes.
A          := $(B)/asan
ASAN_FLAGS := -fsanitize=address -shared-libsan
ASAN_DIR    = $(dir $(shell $(CC) --print-file-name=libclang_rt.asan-x86_64.so))

test-sanitize:
	scripts/install-packages.sh build test
	$(MAKE) B=$(A) SWIFT='$(subst $(CORE),$(A)/core,$(SWIFT)) -sanitize=address -DREDZONES -Xcc -DREDZONES' \
	  CFLAGS='$(CFLAGS) -g -fsanitize=address -DREDZONES' FFTW='$(FFTW) $(ASAN_FLAGS) -Wl,-rpath,$(ASAN_DIR)' \
	  TEST_CFLAGS='$(TEST_CFLAGS) -fsanitize=address -fuse-ld=lld' \
	  $(addprefix $(A)/,isolde.lv2/isolde.so $(MODELS:$(B)/%=%) tests/tools/fuzz tests/tools/behaviour)
	Tests/run.sh Sanitize

# Opens and closes the window a thousand times, also under valgrind: 20 minutes.
ROUNDS := 1000

test-window: all $(T)/window_host | $(B)/lv2
	scripts/install-packages.sh test
	LV2_PATH=$(CURDIR)/$(B)/lv2 Tests/Window/rounds.sh $(T)/window_host $(ROUNDS)

.PHONY: test-window

# ---- Long tests: docs/reliability.md -----------------------------------------------------------------
#
# Sound and instances, as fast as the machine allows; another SEED gives another random sequence.

HOURS     := 1
INSTANCES := 100000
SEED      := 1

soak: $(BUNDLE)/isolde.so $(MODELS) $(T)/soak
	$(T)/soak $(BUNDLE) `echo '$(HOURS)' | awk '{ print 60 * $$1 }'` $(SEED)

churn: $(BUNDLE)/isolde.so $(MODELS) $(T)/churn
	$(T)/churn $(BUNDLE) $(INSTANCES) $(SEED)

# Kills `isolde clean` at random moments, KILLS times.
KILLS := 100

killed: $(B)/isolde $(MODELS)
	python3 Tests/Soak/killed.py $(B)/isolde $(KILLS) $(SEED)

# Runs all threads of a host at once, for SECONDS, in a build with ThreadSanitizer, whose runtime in Swift's toolchain
# needs libdispatch.
S         := $(B)/tsan
SECONDS   := 60
SWIFT_LIB  = $(dir $(shell which swiftc))../lib/swift/linux

races:
	scripts/install-packages.sh build
	$(MAKE) B=$(S) SWIFT='$(subst $(CORE),$(S)/core,$(SWIFT)) -sanitize=thread -DRACES' CFLAGS='$(CFLAGS) -g -fsanitize=thread' \
	  LDFLAGS='-fuse-ld=lld' TEST_CFLAGS='$(TEST_CFLAGS) -fsanitize=thread -fuse-ld=lld' \
	  TSAN_LIBS='-L$(SWIFT_LIB) -ldispatch -lBlocksRuntime -Wl,-rpath,$(SWIFT_LIB) -Wl,--export-dynamic-symbol=__tsan_*' \
	  $(addprefix $(S)/,isolde.lv2/isolde.so $(MODELS:$(B)/%=%) tests/tools/races)
	Tests/Soak/races.sh $(SECONDS)

.PHONY: soak churn killed races

# Fuzzes core, plug-in and command line with libFuzzer and AddressSanitizer, FUZZ_SECONDS for each of TARGETS. Failing
# inputs are kept in build/fuzz/found/; the corpora grow in build/fuzz/corpus/.
F            := $(B)/fuzz
FUZZ_SECONDS := 600
TARGETS      := model plugin sound
FUZZ         := -fsanitize=fuzzer-no-link,address

fuzz-build: $(B)/isolde $(T)/small_model
	scripts/install-packages.sh build
	$(MAKE) B=$(F) SWIFT='$(subst $(CORE),$(F)/core,$(SWIFT)) -sanitize=fuzzer,address -DREDZONES -Xcc -DREDZONES' \
	  CFLAGS='$(filter-out -D_FORTIFY_SOURCE=2,$(CFLAGS)) -g $(FUZZ) -DREDZONES' \
	  TEST_CFLAGS='$(TEST_CFLAGS) -fsanitize=address' LIBFUZZER='-fsanitize=fuzzer,address -fuse-ld=lld' \
	  $(TARGETS:%=$(F)/tests/tools/fuzz_%)

fuzz: fuzz-build
	Tests/Fuzz/libfuzzer.sh $(FUZZ_SECONDS) $(TARGETS)

.PHONY: fuzz fuzz-build

# Runs all of these and prints one table: half an hour on two idle cores.
trust: FUZZ_SECONDS := 180
trust:
	scripts/trust.sh $(HOURS) $(INSTANCES) $(SECONDS) $(FUZZ_SECONDS)

.PHONY: trust

# Tests in real hosts, also Ardour, and Carla where it is installed: a few minutes.
test-hosts:
	scripts/install-packages.sh build demo test hosts
	$(MAKE) all $(TEST_TOOLS) $(T)/spy.so $(T)/small_model $(B)/venv/ready
	Tests/run.sh Hosts Hosts/ardour Hosts/carla Hosts/desktop

# Tests archive and package in fresh systems of Debian 11, 12 and 13, made by debootstrap: some minutes, as root.
test-packages: dist deb
	scripts/install-packages.sh build demo test packages
	$(MAKE) $(T)/sound $(T)/jack_play
	LIMIT=3600 Tests/run.sh Packages

.PHONY: test-packages

# Plays 20 instances in real time; nothing else should run on the machine.
test-load:
	scripts/install-packages.sh build demo test
	$(MAKE) all $(TEST_TOOLS) $(T)/jack_load
	Tests/run.sh Hosts/load

# Runs isolde clean by GNU parallel and by Slurm: a minute.
test-archives:
	scripts/install-packages.sh build test archives
	$(MAKE) $(B)/isolde $(MODELS) $(T)/sound
	Tests/run.sh Archives

.PHONY: test-hosts test-load test-archives

# Only ruff: the linters need nothing else from PyPI.
$(B)/lint/bin/ruff: Training/requirements.txt
	python3 -m venv $(B)/lint
	$(B)/lint/bin/pip install --quiet --disable-pip-version-check `grep '^ruff' $<`
	touch $@

lint: $(TURTLE) $(B)/lint/bin/ruff
	Tests/Lint/run.sh

# Compares two builds in different folders byte for byte: twice the time of a build.
reproducible:
	scripts/install-packages.sh build
	scripts/reproducible.sh $(B)/reproducible

.PHONY: reproducible

# Fixes what the formatters and linters can fix themselves.
RUFF := --config Training/pyproject.toml --quiet

format: $(B)/lint/bin/ruff
	swift format -i `git ls-files '*.swift'`
	clang-format-14 -i `git ls-files '*.c' '*.h'`
	$(B)/lint/bin/ruff check $(RUFF) --fix-only `git ls-files '*.py'`
	$(B)/lint/bin/ruff format $(RUFF) `git ls-files '*.py'`

print-flags:
	@echo '$(SWIFT)'

.PHONY: test test-sanitize lint format print-flags

# ---- Benchmark: docs/performance.md -------------------------------------------------------------------
#
# `make bench` also measures other programs, which it installs from PyPI into build/bench/venv; `make bench-plain` needs
# neither Python nor a network. Records are in build/bench/bench.json.

BENCH        := $(B)/bench
BENCH_CFLAGS := $(CFLAGS) -D_GNU_SOURCE $(INCLUDES)
BENCH_TOOLS  := $(addprefix $(BENCH)/,kernels layers separator session hance heap.so)

$(BENCH):
	mkdir -p $@

$(BENCH)/kernels: Benchmarks/kernels.c Benchmarks/peak.c $(wildcard Benchmarks/*.h) $(LEVELS:%=$(CORE)/kernels-%.o) $(CORE)/levels.o | $(BENCH)
	$(CC) $(BENCH_CFLAGS) $(filter %.c %.o,$^) -o $@ -lm

$(BENCH)/inside.o: Benchmarks/Inside.swift $(CORE)/Separation.o | $(BENCH)
	$(SWIFTC) $(SWIFT) -module-name Inside -c $< -o $@

$(BENCH)/layers: Benchmarks/layers.c $(BENCH)/inside.o $(OBJECTS) $(wildcard Benchmarks/*.h) | $(BENCH)
	$(CC) $(BENCH_CFLAGS) $(filter %.c %.o,$^) $(FFTW) -o $@

$(BENCH)/separator: Benchmarks/separator.c $(BENCH)/inside.o $(OBJECTS) $(wildcard Benchmarks/*.h) Tests/Plugin/host.h | $(BENCH)
	$(CC) $(BENCH_CFLAGS) $(filter %.c %.o,$^) $(FFTW) -ldl -o $@

$(BENCH)/session: Benchmarks/session.c Benchmarks/measure.h Tests/Plugin/host.h | $(BENCH)
	$(CC) $(BENCH_CFLAGS) $< -o $@ -ldl -lm

$(BENCH)/hance: Benchmarks/hance.c $(wildcard Benchmarks/*.h) $(B)/libisolde.a | $(BENCH)
	$(CC) $(BENCH_CFLAGS) $< $(B)/libisolde.a $(FFTW) -ldl -o $@

$(BENCH)/heap.so: Benchmarks/heap.c | $(BENCH)
	$(CC) $(BENCH_CFLAGS) -shared -fvisibility=default $< -o $@

$(BENCH)/venv/ready: Benchmarks/requirements.txt | $(BENCH)
	scripts/install-packages.sh bench
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

bench-plain: $(BENCH_TOOLS) $(BUNDLE)/isolde.so $(MODELS)
	Benchmarks/run.sh kernels layers separator session

bench: $(BENCH_TOOLS) $(BENCH)/venv/ready $(BUNDLE)/isolde.so $(MODELS) $(B)/libisolde.so
	Benchmarks/run.sh kernels layers separator session networks hance

# Writes the tables and the picture of docs/performance.md and docs/kernels.md from the records of the last `make bench`.
performance:
	$(BENCH)/venv/bin/python Benchmarks/page.py $(BENCH)/bench.json docs/pictures/roofline.png \
	  docs/performance.md docs/kernels.md

.PHONY: bench bench-plain performance

clean:
	rm -rf $(B) .build

.PHONY: all clean
.SECONDARY:
.DELETE_ON_ERROR:
