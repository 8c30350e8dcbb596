// The part of the WebAssembly API that is used here; it is declared in TypeScript's DOM library alone.
declare namespace WebAssembly {
  type Exports = Readonly<Record<string, unknown>>
  function instantiate(bytes: Uint8Array, imports: Readonly<Record<string, object>>): Promise<{ instance: { exports: Exports } }>
}
