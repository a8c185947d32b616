// Dates, lengths of time and numbers, as the chosen language writes them. Formatters are costly to
// make and rows are drawn while scrolling, so each is made once per language.
import { t, words, type Language } from './words.svelte'

export { number } from './words.svelte'

/** Makes a formatter when a language first needs it, and not before: the first one of a program costs some milliseconds. */
function once<F>(make: (language: Language) => F): () => F {
  const made = new Map<Language, F>()
  return () => {
    const { language } = words
    let found = made.get(language)
    if (found === undefined) made.set(language, (found = make(language)))
    return found
  }
}

const dates = (options: Intl.DateTimeFormatOptions) => once((language) => new Intl.DateTimeFormat(language, options))
const unit = (name: string) =>
  once((language) => new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'narrow' }))

const days = dates({ day: 'numeric', month: 'short' })
const dayTimes = dates({ day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' })
const fullDates = dates({ dateStyle: 'long', timeStyle: 'short' })
const weekdays = dates({ weekday: 'long', day: 'numeric', month: 'long' })
const lists = once((language) => new Intl.ListFormat(language, { type: 'conjunction' }))
const units = { day: unit('day'), hour: unit('hour'), minute: unit('minute') }

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const day = (at: string | number) => days().format(new Date(at))
export const dayTime = (at: string | number) => dayTimes().format(new Date(at))
export const fullDate = (at: string | number) => fullDates().format(new Date(at))
export const weekday = (at: string | number) => weekdays().format(new Date(at))
export const list = (parts: string[]) => lists().format(parts)

/** The two largest units that matter: "6d 4h", "4h 20m". Never negative: callers say "ended". */
export function duration(ms: number): string {
  if (ms < MINUTE) return t('time.under_minute')
  const days = Math.floor(ms / DAY)
  const hours = Math.floor((ms % DAY) / HOUR)
  const minutes = Math.floor((ms % HOUR) / MINUTE)
  const parts: string[] = []
  if (days > 0) parts.push(units.day().format(days))
  if (hours > 0 && days < 10) parts.push(units.hour().format(hours))
  if (days === 0 && minutes > 0 && hours < 10) parts.push(units.minute().format(minutes))
  return parts.join(words.language === 'zh' ? '' : ' ')
}
