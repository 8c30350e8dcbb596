/** What keeps a lease needs of it. */
export interface Renewal {
  /** Takes it for longer; false: it is lost. */
  renew(): Promise<boolean>
  readonly ttlMs: number
}

/** The share of its life for which a lease is held for sure after the database has said so. */
const FRESH_SHARE = 0.5
const RENEWALS_PER_TTL = 4

/** Renews a lease again and again while a run lasts, and knows whether it is still held. */
export class LeaseKeeper {
  readonly #renewal: Renewal
  readonly #timer: NodeJS.Timeout
  #renewing: Promise<unknown> = Promise.resolve()
  #confirmed: Instants
  readonly #lost = new AbortController()

  /** `since`: an instant before which the lease was not held yet. */
  constructor(renewal: Renewal, since: Instants) {
    this.#renewal = renewal
    this.#confirmed = since
    this.#timer = setInterval(() => {
      // A database that cannot be reached says nothing; a lease that has run out cannot be renewed.
      if (this.#age() >= renewal.ttlMs) this.lose()
      this.#renewing = this.#renewing.then(() => this.#renew()).catch(() => undefined)
    }, renewal.ttlMs / RENEWALS_PER_TTL)
    this.#timer.unref()
  }

  get isLost(): boolean {
    return this.#lost.signal.aborted
  }

  /** What the database has said no to. */
  lose(): void {
    this.#lost.abort(new Error('the lease is lost'))
  }

  /** Fires when the lease is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /**
   * Whether the lease is held right now. Only where the last answer of the database is not fresh, it is asked again: a process that was
   * stopped for a while does not know how long.
   */
  async confirm(): Promise<boolean> {
    if (!this.isLost && !this.#isFresh()) await this.#renew()
    return !this.isLost && this.#isFresh()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#renewing
  }

  async #renew(): Promise<void> {
    if (this.isLost) return
    // The lease lasts from when the database has the statement, which is after it was sent.
    const sent = readInstants()
    if (await this.#renewal.renew()) this.#confirmed = sent
    else this.lose()
  }

  #isFresh(): boolean {
    return this.#age() < this.#renewal.ttlMs * FRESH_SHARE
  }

  /** Milliseconds since the lease was held for sure. */
  #age(): number {
    const now = readInstants()
    return Math.max(now.monotonic - this.#confirmed.monotonic, now.wall - this.#confirmed.wall)
  }
}

/** One moment by both clocks: a machine that sleeps stops one of them, an administrator sets the other. */
export interface Instants {
  readonly monotonic: number
  readonly wall: number
}

export function readInstants(): Instants {
  return { monotonic: performance.now(), wall: Date.now() }
}
