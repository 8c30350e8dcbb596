import { expect, test } from 'vitest'
import { splitScript } from './split-script.js'

test.each<[string, string, string[]]>([
  ['dollar quotes', 'SELECT $$a;b$$; SELECT $x$ $$ ; $$ $x$;', ['SELECT $$a;b$$', 'SELECT $x$ $$ ; $$ $x$']],
  ['escape strings', String.raw`SELECT E'\';', 'it''s;' ; SELECT 2`, [String.raw`SELECT E'\';', 'it''s;'`, 'SELECT 2']],
  ['identifiers', 'SELECT 1 AS "a;""b"; SELECT 2', ['SELECT 1 AS "a;""b"', 'SELECT 2']],
  ['comments', '-- one; two\nSELECT 1; /* ; /* ; */ */ SELECT 2 -- ;', ['SELECT 1', 'SELECT 2 -- ;']],
  [
    'SQL function bodies',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT f()',
    ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END', 'SELECT f()'],
  ],
  ['characters of several bytes', "SELECT 'é;日本'; SELECT '🙂'; SELECT 3", ["SELECT 'é;日本'", "SELECT '🙂'", 'SELECT 3']],
  ['empty statements', ';; SELECT 1;;', ['SELECT 1']],
  ['nothing but a comment', '-- nothing to do\n', []],
  ['text that is no SQL', 'SELECT 1; SELEC 2;', ['SELECT 1; SELEC 2;']],
])('a script is split at the ends of statements alone: %s', async (_, script, statements) => {
  expect(await splitScript(script)).toEqual(statements)
})
