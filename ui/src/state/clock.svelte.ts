// The program's clock, not the web view's: tests turn it, and a machine's clock may be wrong in the
// same way for both sides only if both read the same one.

/** Countdowns change once a minute; more often would make screen readers chatter and rows redraw. */
const TICK_MS = 30_000

export class Clock {
  #offset = 0
  /** Rounded to the tick; good for countdowns and dates. */
  now = $state(0)
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(now: string | number = Date.now()) {
    this.set(now)
  }

  set(now: string | number): void {
    const at = new Date(now).getTime()
    if (Number.isNaN(at)) return
    this.#offset = at - Date.now()
    this.now = at
  }

  start(): void {
    this.#timer ??= setInterval(() => (this.now = Date.now() + this.#offset), TICK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
