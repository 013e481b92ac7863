// Reads the Terraform files of a folder (the second argument) with the npm package @cdktf/hcl2json (its folder is the first), which is Terraform's own parser; prints them merged as JSON.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { parse } = createRequire(import.meta.url)(process.argv[2]);
const merged = {};
for (const file of readdirSync(process.argv[3]).filter(name => name.endsWith('.tf')).sort()) {
  const parsed = await parse(file, readFileSync(`${process.argv[3]}/${file}`, 'utf8'));
  for (const [kind, blocks] of Object.entries(parsed))
    for (const [name, block] of Object.entries(Array.isArray(blocks) ? { '': blocks } : blocks)) {
      merged[kind] ??= {};
      merged[kind][name] = Array.isArray(block) ? [...(merged[kind][name] ?? []), ...block] : { ...merged[kind][name], ...block };
    }
}
console.log(JSON.stringify(merged));
