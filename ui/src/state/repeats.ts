// Ten thousand rows repeat a few addresses, holders and people, and each arrives as a text of its own. Here each is kept
// once.
import type { ConnectionView } from '../bindings/ConnectionView'

export class Repeats {
  #texts = new Map<string, string>()
  #custodies = new Map<string, ConnectionView['custody']>()
  #aliases: string[] = []
  #issues: ConnectionView['issues'] = []

  /** The same rows, sharing what they have in common. */
  share(rows: ConnectionView[]): ConnectionView[] {
    return rows.map((row) => ({
      ...row,
      person: this.#text(row.person),
      provider: this.#text(row.provider),
      base_url: this.#text(row.base_url),
      custody: this.#custody(row.custody),
      aliases: row.aliases.length === 0 ? this.#aliases : row.aliases,
      issues: row.issues.length === 0 ? this.#issues : row.issues,
    }))
  }

  #text<T extends string | null>(text: T): T {
    if (text === null) return text
    const known = this.#texts.get(text)
    if (known !== undefined) return known as T
    this.#texts.set(text, text)
    return text
  }

  #custody(custody: ConnectionView['custody']): ConnectionView['custody'] {
    const name = `${custody.kind}\n${custody.name}\n${custody.fingerprint}\n${custody.confirmed}`
    const known = this.#custodies.get(name)
    if (known) return known
    this.#custodies.set(name, custody)
    return custody
  }
}
