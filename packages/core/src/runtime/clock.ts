/** Tells the time. Tests and demonstrations bring their own; otherwise the database's clock counts. */
export interface Clock {
  now(): Date
}
