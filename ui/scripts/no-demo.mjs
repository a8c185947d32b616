// Proves that the product's bundle holds nothing of the demonstration: each mark is looked for in the
// demonstration's bundle first, so that a mark which no longer exists cannot pass for an absent one.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ui = join(dirname(fileURLToPath(import.meta.url)), '..')
const MARKS = ['Northwind recruiting', 'hr-prod-1', 'anna-laptop', 'company${', 'error.robot_token.not_found']

const bundle = (folder) => {
  const assets = join(ui, folder, 'assets')
  if (!existsSync(assets)) throw new Error(`${folder} is not built`)
  return readdirSync(assets)
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(assets, file), 'utf8'))
    .join('\n')
}

const product = bundle('dist')
const demo = bundle('e2e/dist')
const wrong = [
  ...MARKS.filter((mark) => !demo.includes(mark)).map((mark) => `the demonstration lacks the mark ${mark}`),
  ...MARKS.filter((mark) => product.includes(mark)).map((mark) => `the product holds ${mark}`),
  ...(product.includes('__TAURI_INTERNALS__') ? [] : ['the product does not talk to Tauri']),
]
if (wrong.length) {
  console.error(wrong.join('\n'))
  process.exit(1)
}
console.log('the product holds nothing of the demonstration')
