/** The page that explains a code, with the anchor of its line there. */
export function codePage(page: 'doctor' | 'errors' | 'findings', code: string): string {
  return `docs/${page}.md#${code.toLowerCase()}`
}
