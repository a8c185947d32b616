// Short messages that do not move the page. Whatever can be undone keeps its button until it is
// pressed, dismissed, or pushed out by newer notices: a person who reads slowly must not lose it.
import type { ErrorView } from '../bindings/ErrorView'

export type Notice = {
  id: number
  text: string
  tone: 'ok' | 'error'
  error?: ErrorView
  action?: { label: string; run: () => void; testid: string }
}

const KEPT = 3
const SHOWN_MS = 6000

export class Notices {
  list = $state<Notice[]>([])
  #next = 1

  say(text: string, extra: Pick<Notice, 'action'> = {}): void {
    const id = this.#push({ text, tone: 'ok', ...extra })
    if (!extra.action) setTimeout(() => this.dismiss(id), SHOWN_MS)
  }

  refused(text: string, error: ErrorView): void {
    this.#push({ text, tone: 'error', error })
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id)
  }

  #push(notice: Omit<Notice, 'id'>): number {
    const id = this.#next++
    this.list = [...this.list, { id, ...notice }].slice(-KEPT)
    return id
  }
}
