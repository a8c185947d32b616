// Words a person reads live in the catalogues, in three languages; a literal in the markup would stay
// in one. Attributes count too: screen readers read them.

const SPOKEN = new Set(['aria-label', 'aria-description', 'aria-roledescription', 'title', 'placeholder', 'alt', 'label', 'hint', 'problem'])
const hasLetters = (text) => /\p{L}/u.test(text)

export default {
  meta: {
    type: 'problem',
    messages: { literal: 'Say this through the catalogues: {{text}}' },
    schema: [],
  },
  create(context) {
    const report = (node, text) => {
      if (hasLetters(text)) context.report({ node, messageId: 'literal', data: { text: JSON.stringify(text.trim()) } })
    }
    const literals = (expression) => {
      if (expression?.type === 'Literal' && typeof expression.value === 'string') return [expression.value]
      if (expression?.type === 'TemplateLiteral') return expression.quasis.map((part) => part.value.cooked ?? '')
      if (expression?.type === 'ConditionalExpression') return [...literals(expression.consequent), ...literals(expression.alternate)]
      if (expression?.type === 'LogicalExpression') return [...literals(expression.left), ...literals(expression.right)]
      return []
    }
    return {
      SvelteText(node) {
        if (node.parent.type !== 'SvelteStyleElement' && node.parent.type !== 'SvelteScriptElement') report(node, node.value)
      },
      SvelteMustacheTag(node) {
        if (node.parent.type === 'SvelteAttribute') {
          if (!SPOKEN.has(node.parent.key.name)) return
        } else if (node.parent.type.startsWith('SvelteStyleDirective') || node.parent.type === 'SvelteDirective') return
        for (const text of literals(node.expression)) report(node, text)
      },
      SvelteAttribute(node) {
        if (!SPOKEN.has(node.key.name)) return
        for (const part of node.value) if (part.type === 'SvelteLiteral') report(part, part.value)
      },
    }
  },
}
