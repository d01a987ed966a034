// A model's files -> a suggester.

import { Language } from "./language.js";
import { Lexicon } from "./lexicon.js";
import { LanguageModel } from "./language_model.js";
import { NGrams } from "./ngram.js";
import { readTensors } from "./safetensors.js";
import { Suggester } from "./suggester.js";
import { Vocabulary } from "./vocabulary.js";
import { Weights } from "./weights.js";

/**
 * A Suggester from ArrayBuffers by name: a checkpoint's files (docs/checkpoint.md), of which memory.safetensors may be
 * missing; language.json, what depends on its language (language.js); words.txt, the general list (lexicon.js); and, one
 * word a line, blocked.txt, those that are never suggested, and delicate.txt, those that are suggested where they are
 * likely.
 */
export function build(kernels, files) {
  const text = (name) => new TextDecoder().decode(files[name]);
  const meta = JSON.parse(text("checkpoint.json"));
  if (meta.model.recipe !== "autocomplete") throw new Error(`the server answers for the recipe ${meta.model.recipe}`);
  const language = new Language(JSON.parse(text("language.json"))).withSmallWords(meta.small_words);
  const vocabulary = new Vocabulary(text("vocabulary.txt"), language);
  const memory = files["memory.safetensors"];
  const ngrams = memory ? NGrams.read(readTensors(memory)) : null;
  const weights = new Weights(kernels, readTensors(files["weights.safetensors"]));
  const model = new LanguageModel(kernels, meta, weights, ngrams, vocabulary.start);
  const listed = (name) => new Set(text(name).split("\n"));
  const lexicon = Lexicon.beyond(vocabulary, text("words.txt"));
  return new Suggester(model, vocabulary, meta, lexicon, { blocked: listed("blocked.txt"), delicate: listed("delicate.txt") });
}
