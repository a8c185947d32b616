// Holds the three languages to each other: no key missing or extra, the same {placeholders}, the plural
// forms each language needs, words for every code, state and event, and for every key the source asks for.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', 'src')
const languages = ['en', 'ru', 'zh']
const files = ['ui', 'errors', 'events', 'guide', 'cli', 'consent', 'wizard']
const problems = []
const complain = (text) => problems.push(text)

const read = (path) => readFileSync(join(root, path), 'utf8')
const catalogue = (language, file) => JSON.parse(read(`i18n/${language}/${file}.json`))
const forms = Object.fromEntries(languages.map((l) => [l, new Intl.PluralRules(l).resolvedOptions().pluralCategories]))
const FORM = /_(zero|one|two|few|many|other)$/
const holes = (sentence) => [...sentence.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join(' ')

/** Keys without their plural endings, each with its sentences. A key is plural if English counts it. */
function grouped(words, plurals) {
  const groups = new Map()
  for (const [key, sentence] of Object.entries(words)) {
    const base = key.replace(FORM, '')
    const name = FORM.test(key) && plurals.has(base) ? base : key
    groups.set(name, [...(groups.get(name) ?? []), [key, sentence]])
  }
  return groups
}

for (const file of files) {
  const english = catalogue('en', file)
  const plurals = new Set(
    Object.keys(english)
      .filter((key) => key.endsWith('_other'))
      .map((key) => key.replace(FORM, '')),
  )
  const model = grouped(english, plurals)
  for (const language of languages) {
    const words = catalogue(language, file)
    const here = grouped(words, plurals)
    for (const [name, sentences] of model) {
      const own = here.get(name)
      if (!own) {
        complain(`${language}/${file}: missing ${name}`)
        continue
      }
      if (plurals.has(name)) {
        const have = own.map(([key]) => key.match(FORM)?.[1]).sort().join(' ')
        const want = [...forms[language]].sort().join(' ')
        if (have !== want) complain(`${language}/${file}: ${name} has the plural forms ${have}, and needs ${want}`)
      }
      const wanted = holes(sentences[0][1])
      for (const [key, sentence] of own) {
        if (holes(sentence) !== wanted) complain(`${language}/${file}: ${key} has {${holes(sentence)}}, English has {${wanted}}`)
        const mayBeEmpty = key.endsWith('.button')
        if (!sentence.trim() && !mayBeEmpty) complain(`${language}/${file}: ${key} is empty`)
        if (mayBeEmpty && (sentence === '') !== (english[key] === '')) complain(`${language}/${file}: ${key} is empty in one language only`)
      }
    }
    for (const name of here.keys()) if (!model.has(name)) complain(`${language}/${file}: ${name} is not in English`)
  }
}

/** The members of a union in the generated types. */
const union = (name) => [...read(`bindings/${name}.ts`).matchAll(/"([a-z_]+)"/g)].map((m) => m[1])
const codes = union('ErrorCode')
const kinds = [...read('i18n/kinds.ts').matchAll(/^ {2}'([a-z_]+)',$/gm)].map((m) => m[1])
const [ui, errors, events, guide, , , wizard] = files.map((file) => catalogue('en', file))
const want = (words, key, where) => {
  if (!(key in words)) complain(`en/${where}: no words for ${key}`)
}
for (const code of codes) for (const part of ['cause', 'act', 'button']) want(errors, `${code}.${part}`, 'errors')
for (const key of Object.keys(errors)) if (!codes.includes(key.split('.')[0])) complain(`en/errors: ${key} belongs to no code`)
for (const kind of kinds) want(events, kind, 'events')
for (const key of Object.keys(events)) if (!kinds.includes(key)) complain(`en/events: ${key} is no kind of event`)
for (const health of union('Health')) for (const family of ['health', 'health_means']) want(ui, `${family}.${health}`, 'ui')

/** Words whose last part is decided at run time. */
const families = {
  provider: ['huntflow', 'google', 'feishu', 'lark', 'highlevel', 'oidc', 'static'],
  env: ['prod', 'prod_ai', 'sandbox', 'dedicated', 'custom'],
  filter: ['all', 'needs_you', 'works', 'with_server', 'not_checked', 'removed'],
  group: ['none', 'provider', 'person'],
  'fact.keeper': ['desk', 'server', 'file', 'nobody'],
  static_key: ['alone', 'fallback', 'in_use'],
  edit: ['label', 'person', 'alias'],
  edit_field: ['label', 'person', 'alias'],
  edit_hint: ['label', 'person', 'alias'],
  language: ['system', ...languages],
  theme: ['system', 'light', 'dark'],
}
for (const [family, words] of Object.entries(families)) for (const word of words) want(ui, `${family}.${word}`, 'ui')

/** The same for the screens about apps and consents, whose lists of words stand in the state's data. */
const keysIn = (path) => [...read(path).matchAll(/key: '([a-z_]+)'|\bcheck\('([a-z_]+)'/g)].map((m) => m[1] ?? m[2])
const quoted = (path, from, to) => {
  const text = read(path)
  return [...text.slice(text.indexOf(from), text.indexOf(to, text.indexOf(from))).matchAll(/'([a-z_0-9]+)'/g)].map((m) => m[1])
}
const scopeNames = [...read('state/scopes.ts').matchAll(/^ {2}\S+: '([a-z_]+)',$/gm)].map((m) => m[1])
const findings = [...keysIn('state/doctor.ts'), 'redirect_one', 'redirect_several', 'offline_google', 'scopes_none', 'secret_missing']
const pages = [...quoted('state/console.ts', 'LARK_PAGES = ', ']'), ...quoted('state/console.ts', 'ERROR_PAGES', '\n}')]
const wizardFamilies = {
  doctor: findings,
  doctor_fix: findings,
  verdict: ['ok', 'note', 'bad'],
  console: keysIn('state/console.ts'),
  page: pages,
  page_cause: pages,
  page_fix: pages,
  scope: scopeNames,
  scopes_note: families.provider.slice(1, -1),
  service: ['gmail', 'sheets', 'drive'],
  endpoint: ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'revocation_endpoint'],
}
for (const [family, words] of Object.entries(wizardFamilies)) {
  if (words.length === 0) complain(`the list of ${family} was not found`)
  for (const word of words) want(wizard, `${family}.${word}`, 'wizard')
}
for (const key of Object.keys(wizard)) if (key in ui) complain(`en/wizard: ${key} is also in ui`)

// A key nobody asks for is a sentence translators mend in vain.
const sources = readdirSync(root, { recursive: true })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !path.includes('bindings'))
  .map(read)
  .join('\n')
const atRunTime = new Set(
  [...Object.entries(families), ...Object.entries(wizardFamilies)].flatMap(([family, words]) => words.map((word) => `${family}.${word}`)),
)
for (const words of [ui, guide, wizard]) {
  for (const key of Object.keys(words)) {
    const name = key in words && FORM.test(key) && `${key.replace(FORM, '')}_other` in words ? key.replace(FORM, '') : key
    if (/^health(_means)?\./.test(name) || atRunTime.has(name)) continue
    if (!sources.includes(`'${name}'`)) complain(`en: ${name} is used nowhere`)
  }
}

if (problems.length) {
  console.error(problems.join('\n'))
  console.error(`${problems.length} problems in the words`)
  process.exit(1)
}
console.log(`words agree: ${files.length} files, ${languages.length} languages, ${codes.length} codes`)
