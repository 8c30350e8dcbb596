/** Something that `init` did not change by itself, and what a person can do. */
export interface LeftAlone {
  /** Relative to the project, with `/`, and the line where there is one. */
  readonly place: string
  readonly reason: string
  readonly todo: string
}
