// Reads a list of {value, ops} from standard input; writes what applyOps makes of each, and whether the old value was left alone.
import { readFileSync } from 'node:fs';
import { applyOps, Misfit } from '../../src/interlock/web/patches.js';

const cases = JSON.parse(readFileSync(0, 'utf8'));
const answers = cases.map(({ value, ops }) => {
  const before = JSON.stringify(value);
  try {
    return { value: applyOps(value, ops), untouched: JSON.stringify(value) === before };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return { misfit: error.message, untouched: JSON.stringify(value) === before };
  }
});
process.stdout.write(JSON.stringify(answers));
