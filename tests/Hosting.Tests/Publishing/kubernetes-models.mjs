// Validates the documents of a JSON array from stdin with the models of the npm package whose folder is the first argument.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const documents = JSON.parse(readFileSync(0, 'utf8'));
let wrong = 0;
for (const document of documents) {
  try {
    const models = await import(pathToFileURL(`${process.argv[2]}/${document.apiVersion}/${document.kind}.js`));
    new models[document.kind](document).validate();
  } catch (error) {
    wrong++;
    console.log(`${document.kind} ${document.metadata.name}: ${error.message}`);
  }
}
console.log(`${documents.length} documents, ${wrong} wrong`);
