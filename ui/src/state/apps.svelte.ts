// The apps this desk knows, asked for when a screen first wants them and kept true afterwards.
import type { AppView } from '../bindings/AppView'
import type { ErrorView } from '../bindings/ErrorView'
import { asRefusal, type Host } from '../host/types'

export class Apps {
  /** Null until somebody asks. */
  list = $state.raw<AppView[] | null>(null)
  refusal = $state.raw<ErrorView | null>(null)
  #host: Host
  #asked = 0

  constructor(host: Host) {
    this.#host = host
  }

  async load(): Promise<void> {
    const mine = (this.#asked += 1)
    try {
      const list = await this.#host.apps()
      if (mine !== this.#asked) return
      this.list = list
      this.refusal = null
    } catch (thrown) {
      if (mine === this.#asked) this.refusal = asRefusal(thrown)
    }
  }

  /** The program says that something changed; nobody has to know yet if nobody has asked. */
  changed(): void {
    if (this.#asked > 0) void this.load()
  }

  of(provider: string): AppView[] {
    return (this.list ?? []).filter((app) => app.provider === provider)
  }

  find(id: string): AppView | undefined {
    return this.list?.find((app) => app.id === id)
  }

  /** An answer that is newer than the list. */
  put(app: AppView): void {
    this.#asked += 1
    const list = this.list ?? []
    this.list = list.some(({ id }) => id === app.id) ? list.map((one) => (one.id === app.id ? app : one)) : [...list, app]
  }
}
