// The words of the chosen language. English is the type of every catalogue: a key it lacks does not
// compile, and `npm run words` holds the other languages to it.
import type { ErrorCode } from '../bindings/ErrorCode'
import type { ErrorView } from '../bindings/ErrorView'
import type enErrors from './en/errors.json'
import type enEvents from './en/events.json'
import type enGuide from './en/guide.json'
import type enUi from './en/ui.json'
import type enWizard from './en/wizard.json'
import { EVENT_KINDS, type EventKind } from './kinds'

export const LANGUAGES = ['en', 'ru', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** The wizard's words are fetched with the first screen that needs them, and then stand among the others. */
export type UiWords = typeof enUi & typeof enWizard
export type GuideWords = typeof enGuide
/** Languages differ in their plural forms; `npm run words` knows which ones each must have. */
type Catalogue = { ui: Omit<UiWords, `${PluralKey}_one`>; errors: typeof enErrors; events: typeof enEvents }

type PluralOf<K> = K extends `${infer Base}_other` ? Base : never
/** Keys with plural forms are named without the form's ending. */
export type PluralKey = PluralOf<keyof UiWords>
export type WordKey = Exclude<keyof UiWords, `${PluralKey}_${Intl.LDMLPluralRule}`>
export type Params = Record<string, string | number>

const catalogues: Record<Language, () => Promise<{ default: Omit<Catalogue, 'ui'> & { ui: Partial<Catalogue['ui']> } }>> = {
  en: () => import('./en'),
  ru: () => import('./ru'),
  zh: () => import('./zh'),
}
const guides: Record<Language, () => Promise<{ default: GuideWords }>> = {
  en: () => import('./en/guide.json'),
  ru: () => import('./ru/guide.json'),
  zh: () => import('./zh/guide.json'),
}

const wizards: Record<Language, () => Promise<{ default: Partial<Catalogue['ui']> }>> = {
  en: () => import('./en/wizard.json'),
  ru: () => import('./ru/wizard.json'),
  zh: () => import('./zh/wizard.json'),
}

class Words {
  language = $state<Language>('en')
  catalogue = $state.raw<Catalogue>({ ui: {}, errors: {}, events: {} } as Catalogue)
  plurals = $derived(new Intl.PluralRules(this.language))
  numbers = $derived(new Intl.NumberFormat(this.language))
  #withWizard = false
  #wizard: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  /** Both change in one step, so that no screen is ever drawn in two languages. */
  use(language: Language): Promise<void> {
    return this.#inTurn(() => this.#take(language))
  }

  async #take(language: Language): Promise<void> {
    const loaded = (await catalogues[language]()).default
    const wizard = this.#withWizard ? (await wizards[language]()).default : {}
    this.catalogue = { ...loaded, ui: { ...loaded.ui, ...wizard } } as Catalogue
    this.language = language
  }

  /** For the screens about apps and consents: none of their words is asked for before this is done. */
  useWizard(): Promise<void> {
    this.#wizard ??= this.#inTurn(() => {
      this.#withWizard = true
      return this.#take(this.language)
    })
    return this.#wizard
  }

  /** One after the other: a slower answer must not take back what a later one has set. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(task)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

export const words = new Words()

/** Starts fetching a catalogue before it is known to be the right one. */
export function warm(language: Language): void {
  void catalogues[language]()
}

export function guideWords(language: Language): Promise<GuideWords> {
  return guides[language]().then((module) => module.default)
}

/** The best of our languages for a tag such as `zh-Hans-CN` or `ru_RU.UTF-8`. */
export function languageOf(tag: string): Language {
  const start = tag.slice(0, 2).toLowerCase()
  return LANGUAGES.find((language) => language === start) ?? 'en'
}

export function fill(sentence: string, params: Params): string {
  return sentence.replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole))
}

export function t(key: WordKey, params?: Params): string {
  const sentence = words.catalogue.ui[key]
  return params ? fill(sentence, params) : sentence
}

/** A sentence that counts: `{count}` is written the way the language writes numbers. */
export function tn(key: PluralKey, count: number, params: Params = {}): string {
  const forms = words.catalogue.ui as Record<string, string>
  const sentence = forms[`${key}_${words.plurals.select(count)}`] ?? forms[`${key}_other`] ?? ''
  return fill(sentence, { ...params, count: number(count) })
}

/** A whole number as the language writes it. */
export const number = (value: number) => words.numbers.format(value)

/** A key made at run time from a closed word; the caller's type says which words there are. */
export function tk<P extends string, W extends string>(prefix: P, word: W): string {
  return (words.catalogue.ui as Record<string, string>)[`${prefix}.${word}`] ?? word
}

export type ErrorWords = { cause: string; act: string; button: string }

export function errorWords(code: ErrorCode, params: ErrorView['params'] = {}): ErrorWords {
  const known = words.catalogue.errors as Record<string, string>
  const say = (part: string) => fill(known[`${code}.${part}`] ?? '', readable(params))
  return { cause: say('cause'), act: say('act'), button: say('button') }
}

export function eventWords(kind: string): string {
  const known = EVENT_KINDS.find((one) => one === kind)
  return known ? words.catalogue.events[known satisfies EventKind] : kind
}

/** Moments arrive as RFC 3339; a person reads them in their own time and language. */
function readable(params: ErrorView['params']): Params {
  const out: Params = {}
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue
    const isMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)
    out[name] = isMoment
      ? new Intl.DateTimeFormat(words.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value))
      : value
  }
  return out
}
