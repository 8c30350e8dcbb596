/** What each kind of step does, in a word or two. */
const NAMES: Readonly<Record<string, string>> = {
  'create-partition': 'Create',
  'detach-partition': 'Detach',
  'finalize-detach': 'Finish detach',
  'drop-partition': 'Drop',
  'move-partition': 'Move',
  'clear-marker': 'Clear mark',
  'drop-check': 'Drop check',
  'create-index': 'Build index',
  'attach-index': 'Attach index',
}

export function nameOfOperation(kind: string): string {
  return NAMES[kind] ?? kind
}
