/**
 * One answer for all who ask at the same time, and for whoever asks within `keptMs` after it, a failure too. `now` tells the time in
 * milliseconds.
 */
export function askOnce<Answer>(
  ask: () => Promise<Answer>,
  { keptMs, now = () => performance.now() }: { readonly keptMs: number; readonly now?: () => number },
): () => Promise<Answer> {
  let known: { readonly answer: Promise<Answer>; until: number } | undefined
  return () => {
    if (known && now() < known.until) return known.answer
    const asked = { answer: ask(), until: Number.POSITIVE_INFINITY }
    const answered = () => {
      asked.until = now() + keptMs
    }
    asked.answer.then(answered, answered)
    known = asked
    return asked.answer
  }
}
