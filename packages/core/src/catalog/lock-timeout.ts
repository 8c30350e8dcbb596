/** How long a look at rows or sizes may wait for a lock, in milliseconds: what it waits behind may stop the application too. */
export const LOCK_TIMEOUT_MS = 100
