/** Something the demonstration was to prove does not hold, or a program it runs has failed: shown to people without a stack. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure'
}
