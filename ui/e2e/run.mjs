// Runs every end-to-end check and says which failed: `node e2e/run.mjs [suite…] [--only TEXT]`.
import { open } from './browser.mjs'

const wanted = process.argv.slice(2)
const at = wanted.indexOf('--only')
const [, only = ''] = at < 0 ? [] : wanted.splice(at, 2)
const suites = ['paste', 'list', 'keys', 'flows', 'consent', 'axe'].filter((name) => wanted.length === 0 || wanted.includes(name))
const app = await open()
let failed = 0

for (const suite of suites) {
  const { checks } = await import(`./${suite}.mjs`)
  for (const [name, run] of Object.entries(checks)) {
    if (!name.includes(only)) continue
    const started = performance.now()
    app.faults.length = 0
    try {
      const said = await run(app)
      if (app.faults.length) throw new Error(`the console says:\n${[...new Set(app.faults)].join('\n')}`)
      console.log(`ok   ${suite}: ${name} (${Math.round(performance.now() - started)} ms)${said ? ` ${said}` : ''}`)
    } catch (error) {
      failed += 1
      console.error(`FAIL ${suite}: ${name}\n     ${error.message.replaceAll('\n', '\n     ')}`)
    }
  }
}

await app.close()
if (failed) {
  console.error(`${failed} failed`)
  process.exit(1)
}
