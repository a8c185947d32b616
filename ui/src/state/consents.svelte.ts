// The consents that were begun and not yet looked at to the end. Each goes on while other screens are shown.
import type { ConsentDesk } from './consent.svelte'

export class Consents {
  open = $state.raw<ConsentDesk[]>([])
  /** The one on the screen now. */
  shown = $state.raw<ConsentDesk | null>(null)
  elsewhere = $derived.by(() => this.open.filter((consent) => consent !== this.shown))

  begun = (consent: ConsentDesk): void => {
    if (!this.open.includes(consent)) this.open = [...this.open, consent]
  }

  find(key: number | undefined): ConsentDesk | null {
    return this.open.find((consent) => consent.key === key) ?? null
  }

  drop(consent: ConsentDesk): void {
    this.open = this.open.filter((one) => one !== consent)
  }

  /** The screen is left: a waiting consent goes on, one that is over has been seen. */
  left(consent: ConsentDesk): void {
    if (this.shown === consent) this.shown = null
    consent.draft.forget()
    const isOver = consent.stage === 'ask' || (consent.stage === 'ended' && !consent.undecided)
    if (isOver) this.drop(consent)
  }
}
