import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import noLiteralText from './eslint/no-literal-text.js'

const TAURI = {
  patterns: [{ group: ['@tauri-apps/*'], message: 'Only src/host talks to Tauri: screens and state stay testable without a web view.' }],
}
const DEMO = { group: ['**/host/demo', '**/host/demo/*', '**/host/tauri'], message: 'The build chooses the host: import { host } from "#host".' }

export default ts.config(
  { ignores: ['dist/', 'e2e/dist/', 'e2e/shots/', 'src/bindings/', 'node_modules/'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    files: ['src/**'],
    ignores: ['src/host/**', 'src/**/*.test.ts', 'src/state/fixture.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [...TAURI.patterns, DEMO] }] },
  },
  { files: ['src/**/*.test.ts', 'src/state/fixture.ts'], rules: { 'no-restricted-imports': ['error', TAURI] } },
  {
    files: ['src/**/*.svelte'],
    plugins: { bulla: { rules: { 'no-literal-text': noLiteralText } } },
    rules: {
      'bulla/no-literal-text': 'error',
      // Provider text and names are strangers' text.
      'svelte/no-at-html-tags': 'error',
      // The strict policy refuses style attributes in markup; `style:` sets the property instead.
      'no-restricted-syntax': ['error', { selector: 'SvelteAttribute[key.name="style"]', message: 'The strict policy refuses style attributes.' }],
    },
  },
  // Maps and dates here are local to one computation or replaced as a whole, never changed under a reader.
  { files: ['src/state/**'], rules: { 'svelte/prefer-svelte-reactivity': 'off' } },
  { rules: { 'no-console': 'error', eqeqeq: 'error', '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }] } },
  { files: ['scripts/**', 'e2e/**'], rules: { 'no-console': 'off' } },
)
