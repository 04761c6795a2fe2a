import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** The words GLOSSARY.md retires, as its last table has them. A scene is WeChat's own word here and stays. */
const retired = new Set(
  readFileSync('../GLOSSARY.md', 'utf8')
    .split('| retired | say |\n|---|---|\n')[1]
    .split('\n')
    .flatMap((row) => row.split('|')[1]?.split(',') ?? [])
    .map((word) => word.trim())
    .filter(Boolean),
)

const folders = ['src', 'build', 'scripts', 'test', '../e2e']
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|vue)$/.test(name) && !name.endsWith('schema.d.ts'))
    .map((name) => join(folder, name)),
)

/** scriptOf is a component's script, or the whole file. */
const scriptOf = (name: string, text: string) => (name.endsWith('.vue') ? (/<script[^>]*>([^]*?)<\/script>/.exec(text)?.[1] ?? '') : text)

const wordsOf = (name: string) => name.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_/).map((word) => word.toLowerCase())

/**
 * declared lists the names a text gives. What it takes apart under the name it already has, and what stands in an object or
 * an address, may be the server's word and is passed over.
 */
function declared(text: string): string[] {
  const names: string[] = []
  const visit = (node: ts.Node) => {
    const taken = ts.isBindingElement(node) && !node.propertyName && !ts.isArrayBindingPattern(node.parent)
    const declares =
      ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) || ts.isPropertySignature(node) || ts.isMethodDeclaration(node) || ts.isNamespaceImport(node) || ts.isImportSpecifier(node) ||
      (ts.isBindingElement(node) && !taken)
    if (declares && node.name && ts.isIdentifier(node.name)) names.push(node.name.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true))
  return names
}

const refused = (text: string) => declared(text).filter((name) => wordsOf(name).some((word) => retired.has(word)))

describe('the words of the house', () => {
  it.each(files)('%s gives nothing a retired name', (name) => {
    expect(refused(scriptOf(name, readFileSync(name, 'utf8')))).toEqual([])
  })

  it('sees a retired word in every kind of declaration', () => {
    const text = `import * as shelf from 'a'; import { x as heldFast } from 'b'
      const kept = 1; let [marked] = []; const { a: told } = {}; function foldAll(head: number) {}
      interface Reading { settled: boolean } type Mark = string; class Asker { sitting() {} }
      const { reading } = server; const fine = { kept: 1 }; const header = '/me/shelf', ahead = 1`
    expect(refused(text)).toEqual(['shelf', 'heldFast', 'kept', 'marked', 'told', 'foldAll', 'head', 'Reading', 'settled', 'Mark', 'Asker', 'sitting'])
  })

  it('looks at the whole app and at the walks', () => {
    expect(files.length).toBeGreaterThan(120)
    expect(retired.size).toBeGreaterThan(20)
  })
})
