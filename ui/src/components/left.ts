// How long something still lasts, in the few words a list has room for.
import { duration } from '../i18n/format'
import { t } from '../i18n/words.svelte'

export type Left = { text: string; ended: boolean; estimated: boolean }

/** `works` is false when the provider has said that the token is worth nothing, whatever its date says. */
export function left(at: string | null, now: number, estimated: boolean, works = true): Left {
  if (!works) return { text: t('time.no_use'), ended: true, estimated: false }
  if (at === null) return { text: t('time.unknown'), ended: false, estimated: false }
  const ms = Date.parse(at) - now
  if (ms <= 0) return { text: t('time.ended'), ended: true, estimated: false }
  return { text: `${estimated ? '≈ ' : ''}${duration(ms)}`, ended: false, estimated }
}
