const KEY = 'partman.token'

/** The bearer token that somebody signed in with, for as long as the tab is open. */
export function readToken(): string | null {
  return sessionStorage.getItem(KEY)
}

export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(KEY)
  else sessionStorage.setItem(KEY, token)
}
