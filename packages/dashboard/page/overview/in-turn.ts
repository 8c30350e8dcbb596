let last: Promise<unknown> = Promise.resolve()

/** Does one after the other: a screen with many tables asks the server for one at a time. */
export function inTurn<Data>(read: () => Promise<Data>, signal: AbortSignal): Promise<Data> {
  const turn = last.then(() => {
    signal.throwIfAborted()
    return read()
  })
  last = turn.catch(() => {})
  return turn
}
