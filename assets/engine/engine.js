// A model's files -> a suggester.

import { compile } from "./kernels.js";
import { Language } from "./language.js";
import { Lexicon } from "./lexicon.js";
import { LanguageModel } from "./language_model.js";
import { Network } from "./network.js";
import { NGrams } from "./ngram.js";
import { readTensors } from "./safetensors.js";
import { Softmax } from "./softmax.js";
import { Suggester } from "./suggester.js";
import { Vocabulary } from "./vocabulary.js";
import { Weights } from "./weights.js";

export { likelyNext } from "./foresight.js";

/**
 * A Suggester from the bytes of kernels.wasm, or null, and promises of ArrayBuffers by name: a checkpoint's files
 * (docs/checkpoint.md), of which memory.safetensors may be missing; language.json, what depends on its language
 * (language.js); words.txt, the general list (lexicon.js); and, one word a line, blocked.txt, those that are never suggested,
 * and delicate.txt, those that are suggested where they are likely. What is there is built while the others arrive.
 */
export async function build(kernels, files) {
  const text = async (name) => new TextDecoder().decode(await files[name]);
  const tensors = async (name) => readTensors(await files[name]);
  const meta = JSON.parse(await text("checkpoint.json"));
  if (meta.model.recipe !== "autocomplete") throw new Error(`the server answers for the recipe ${meta.model.recipe}`);
  const computing = await compile(await kernels);
  const { network, softmax } = networkOf(computing, meta, await tensors("weights.safetensors"));
  const language = new Language(JSON.parse(await text("language.json"))).withSmallWords(meta.small_words);
  const vocabulary = new Vocabulary(await text("vocabulary.txt"), language);
  const lexicon = Lexicon.beyond(vocabulary, await text("words.txt"));
  const ngrams = files["memory.safetensors"] ? NGrams.read(computing, await tensors("memory.safetensors")) : null;
  const model = new LanguageModel(meta, network, softmax, ngrams, vocabulary.start);
  const listed = async (name) => new Set((await text(name)).split("\n"));
  return new Suggester(model, vocabulary, meta, lexicon, { blocked: await listed("blocked.txt"), delicate: await listed("delicate.txt") });
}

function networkOf(kernels, meta, tensors) {
  const network = new Network(kernels, meta.model, new Weights(kernels, tensors)), { lstm_weight: weight, temperature } = meta.mixture ?? {};
  const softmax = weight === 0 ? null : new Softmax(kernels, network.embedding, network.bias, temperature ?? 1);
  return { network, softmax };
}
