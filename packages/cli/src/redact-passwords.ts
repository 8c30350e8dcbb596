/** Replaces the passwords of connection urls, wherever and however they are written in a text. */
export function redactPasswords(text: string, urls: readonly string[]): string {
  const passwords = urls.flatMap(readPasswords).sort((a, b) => b.length - a.length)
  const known = passwords.reduce((redacted, password) => redacted.replaceAll(password, '***'), text)
  // Urls that are not ours, such as one in a driver's message.
  return known.replace(/([a-z][a-z0-9+]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi, '$1***@')
}

function readPasswords(url: string): string[] {
  if (!URL.canParse(url)) return []
  const { password, searchParams } = new URL(url)
  const inQuery = searchParams.get('password')
  return [password, decodePassword(password), inQuery ?? '', encodeURIComponent(inQuery ?? '')].filter((text) => text.length > 3)
}

function decodePassword(password: string): string {
  try {
    return decodeURIComponent(password)
  } catch {
    return password
  }
}
