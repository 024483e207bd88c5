/* Locks of the setup threads; the audio thread never holds one. */
#ifndef ISOLDE_LOCK_H
#define ISOLDE_LOCK_H

typedef struct lock lock;

/** A lock; NULL when there is no memory. */
lock* _Nullable lock_new(void);
void lock_free(lock* _Nullable lock);

/** The one lock of the process, which is never freed. */
lock* _Nonnull lock_of_process(void);

/** Waits until nobody else holds the lock. */
void lock_hold(lock* _Nonnull lock);
void lock_leave(lock* _Nonnull lock);
#endif
