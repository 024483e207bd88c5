/* Locks for setup threads. The audio thread never takes one. */
#ifndef ISOLDE_LOCK_H
#define ISOLDE_LOCK_H

typedef struct lock lock;

/** Makes a lock; NULL when there is no memory. */
lock* _Nullable lock_new(void);
void lock_free(lock* _Nullable lock);

/** The process-wide lock, which is never freed. */
lock* _Nonnull lock_of_process(void);

/** Waits for the lock, and takes it. */
void lock_hold(lock* _Nonnull lock);
void lock_leave(lock* _Nonnull lock);
#endif
