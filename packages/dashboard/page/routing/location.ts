import { useEffect, useState } from 'preact/hooks'

/** A place in the page: `#/tables/Event?state=ahead` is `['tables', 'Event']` and its query. */
export interface Place {
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** The part after the hash never reaches a server, so the page works under any path and behind any proxy. */
export function parsePlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  return { path: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query) }
}

/** The address of a place; what is empty is left out of its query. */
export function href(path: readonly string[], query: Readonly<Record<string, string | null | undefined>> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
  const search = new URLSearchParams(given).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${search && `?${search}`}`
}

/** Goes somewhere without a step in the history. */
export function replacePlace(address: string): void {
  history.replaceState(null, '', address)
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}

export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const follow = () => setHash(location.hash)
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  return parsePlace(hash)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
