// Ranks next words, punctuation marks, completions, phrases and corrections for a typed text. The rules are those of
// headline/generator/suggester.py; docs/suggestions.md explains them.

import { isBlocked } from "./blocklist.js";
import { AfterText } from "./after_text.js";
import { isBrief } from "./capitals.js";
import { isBlank, isWord } from "./characters.js";
import { choice, likeliestFirst, worthMost } from "./choice.js";
import { Learner } from "./learning.js";
import { NextWords, REMEMBERED } from "./next_words.js";
import { LIKELIER_THAN_NOT, carriedOn, openings } from "./phrases.js";
import { TWO_SLIPS, lettersOf, oneSlip, twoSlips } from "./spelling.js";
import { top } from "./top.js";
import { Writing } from "./writing.js";

const SURPRISING = 2e-5; // a beginning less probable than this here may be a slip
const HARDLY = 1e-8; // the general list is searched too if no correction in the vocabulary is more probable than this
const SHORTEST_SLIP = 3, LONGEST_SLIP = 24; // letters
const TWO_SLIPS_AMONG = 65536; // the first words of the vocabulary, among which two slips are looked for
const CORRECTIONS = 8; // ranked at most
const WORTH_CORRECTING = 0.01; // less probable corrections are mostly misspelt words of the list
const DELICATE_IN_WORD = 0.25, DELICATE_NEXT = 0.02; // probabilities from which a delicate word is suggested
const SPARE = 2; // suggestions that are found beside those asked for, in case some are left out
const UNKNOWN_PRIOR = 1; // strength of the prior on the share of unknown words, in words
const MUCH_LESS = 0.5; // of the probability of the open word's end, below which initials of the general list are left out
const MAY_END = 0.05; // probability that the open word is complete, from which on words that follow it are suggested
const SET_PHRASE = 0.3; // share of the word that most often follows another, from which on the words after it are looked up
const USED_BEFORE = 0.3; // share of the unknown words that this text used before
const OCCURS = 20, FREQUENT = 1e-3; // times, and share of all words, from which a word says little by itself: to, the, is
const CONTENT = 2; // times as much is the row of a word worth that says something
const MARK_WORTH = 0.05; // probability from which a punctuation mark is suggested

/** Suggestions that make different texts: straßen and strassen are one word in capitals. */
function different(suggestions, length) {
  const seen = new Set();
  return suggestions.filter(({ completion, replaces }) => {
    const made = `${length - replaces}\n${completion}`;
    return !seen.has(made) && seen.add(made);
  });
}

export class Suggester {
  /**
   * `model` is a LanguageModel, `meta` checkpoint.json; `blocked` is a Set of words that are never suggested, `delicate` of
   * those that are suggested where they are likely.
   */
  constructor(model, vocabulary, meta, lexicon, { blocked, delicate }) {
    Object.assign(this, { vocabulary, lexicon, blocked, delicate });
    this.style = meta.style ?? "sentence";
    this.marks = new Set(vocabulary.marks);
    const apart = new Set([...vocabulary.specials, ...this.marks]);
    const blockedIds = vocabulary.sortedIds.filter((i) => isBlocked(vocabulary.itos[i], blocked));
    const words = vocabulary.counts.reduce((a, b) => a + b, 0);
    const frequent = Math.max(OCCURS, FREQUENT * words);
    this.content = new Set(vocabulary.sortedIds.filter((i) => vocabulary.counts[i] < frequent)); // words that say something
    this.unknownRate = vocabulary.unk === undefined ? 0 : vocabulary.counts[vocabulary.unk] / Math.max(1, words);
    this.nextWords = new NextWords(model, vocabulary, new Set([...apart, ...blockedIds]), meta.model);
    this.strongest = model.ngrams?.strongest();
    this.openings = null; // the same for every empty box
    this.frequent = null; // ids, words and letters of those that two slips are looked for in, once they are
    this.learner = new Learner(model, vocabulary, this.nextWords, lexicon, blocked);
  }

  /**
   * {suggestions, complete}: at most `k` suggestions, the most probable first, and the probability that the open word is
   * complete as it stands. A suggestion is {completion, probability, kind, more, replaces}: the letters that it
   * adds, "word", "mark" or "correction", the letters of words that follow it, and how many at the end of the text it replaces. `personal` is what the same person wrote before, as `learn` returns it.
   */
  answer(text, { k = 6, phrases = true, minProbability = 0, style = "auto", personal = null } = {}) {
    const typed = this.vocabulary.splitTyped(text), writing = new Writing(text, typed, this.vocabulary, style, this.style);
    const ahead = new AfterText(typed, this.vocabulary, this.nextWords, personal);
    const some = k + SPARE;
    let choices, complete = 0;
    if (typed.fragment) {
      ({ choices, complete } = this.#completions(typed, ahead.after(), writing, some, personal));
      choices = [...choices, ...this.#afterOpenWord(typed, ahead, complete, some, personal)].sort(likeliestFirst);
    } else choices = this.#next(ahead, [], [], typed.context.at(-1), some, personal);
    choices = choices.filter((c) => c.probability >= minProbability && !this.#isOutOfPlace(c, typed.fragment));
    if (!isBlank(text)) choices = worthMost(choices, k, choices.map((c) => this.#worth(c, typed.fragment)));
    choices = choices.slice(0, k);
    if (phrases) choices = choices.map((c) => ({ ...c, more: this.#more(c, text, ahead, personal) }));
    const written = choices.map((c) => this.#written(c, typed, writing));
    return { suggestions: different(written, text.length), complete };
  }

  /** What the headlines that a person finished teach, in the order of time, after those of `before`: a Personal. */
  learn(headlines, before = null) {
    return this.learner.learn(headlines, before);
  }

  /**
   * Whether a delicate word would be offered where it is not likely: to letters that may begin another word, or in a context
   * that hardly speaks of it.
   */
  #isOutOfPlace(c, fragment) {
    const least = fragment && c.after === null ? DELICATE_IN_WORD : DELICATE_NEXT;
    return c.probability < least && isBlocked(this.#key(c), this.delicate);
  }

  /**
   * What a next word is worth to whom it comes right: its letters and its space, twice if it says something. 0 for any other
   * choice.
   */
  #worth(c, fragment) {
    if (c.corrects || (fragment && c.after === null) || this.marks.has(c.ids[0])) return 0;
    const says = !c.ids.length || this.content.has(c.ids[0]);
    return ([...this.#key(c)].length + 1) * (says ? CONTENT : 1);
  }

  /** The most probable next words and marks after the text and more words, without the last one again. */
  #next(ahead, ids, keys, last, k, personal) {
    const follows = ahead.after(ids, keys), { noMark, marks } = ahead.marks(follows, keys);
    const likeliest = follows.best(Math.max(k + 1, REMEMBERED)).filter(([i, p]) => p > 0 && i !== last);
    const best = likeliest.map(([i, p]) => choice(p * noMark, { ids: [i] }));
    for (const [i, p] of marks) if (p >= MARK_WORTH) best.push(choice(p, { ids: [i] }));
    for (const [key, p] of follows.unlisted) best.push(choice(p * noMark, { word: personal.forms.get(key) }));
    return best.sort(likeliestFirst);
  }

  /** What the open word can become, and the probability that it is complete as it stands. */
  #completions(typed, follows, writing, k, personal) {
    const { vocabulary } = this;
    const key = vocabulary.tokenizer.key(typed.fragment);
    const ids = vocabulary.startingWith(key), p = new Float32Array(ids.length);
    const sum = (values) => values.reduce((a, b) => a + b, 0);
    let listed = 0;
    for (let n = 0; n < p.length; n++) {
      const chance = follows.words[ids[n]];
      listed += chance;
      p[n] = chance * writing.chance(writing.usual(ids[n]));
    }
    const choices = top(p, k + 2).filter((i) => p[i] > 0).map((i) => choice(p[i], { ids: [ids[i]] }));
    const factors = this.lexicon.factors(follows), unlisted = this.#unlisted(key, k + 2, typed.words, writing, factors);
    const unknown = follows.unknown * this.#unknownSoFar(typed);
    let letters = listed + unknown * unlisted.mass; // the probability of them, whatever their case
    let mass = sum(p) + unknown * unlisted.fitting; // as they are typed
    if (unknown) for (const [word, share] of unlisted.words) choices.push(choice(unknown * share, { word }));
    const shares = new Map(unlisted.words);
    for (const [word, own] of follows.unlisted) {
      if (!word.startsWith(key)) continue;
      const form = personal.forms.get(word), typedSo = own * writing.chance(form);
      letters += own;
      mass += typedSo;
      choices.push(choice(typedSo + unknown * (shares.get(word) ?? 0), { word: form }));
    }
    const length = [...key].length;
    const mayBeSlip = vocabulary.tokenizer.language.letters.length && isWord(key);
    if (letters < SURPRISING && length >= SHORTEST_SLIP && length <= LONGEST_SLIP && mayBeSlip) {
      const corrections = this.#corrections(key, follows, writing, !choices.length);
      mass += sum(corrections.map((c) => c.probability));
      choices.push(...corrections);
    }
    const own = vocabulary.stoi.get(key);
    const ends = own === undefined ? unknown * this.lexicon.share(key, factors) : follows.words[own];
    const complete = mass ? ends / mass : 0;
    const wrote = new Set([...follows.unlisted.keys(), ...typed.words.map((word) => vocabulary.tokenizer.key(word))]);
    const isOwn = (c) => c.ids.length || wrote.has(this.#key(c));
    const isScrap = (c, share) => !c.corrects && !isOwn(c) && this.#isScrap(c.word, share, complete, writing);
    return { choices: this.#ranked(choices, key, mass, typed.context.at(-1), k, isScrap), complete };
  }

  /**
   * Whether a word of the general list says little where the open word may well be complete: it is as short as initials, or
   * that word is in capitals, and its end is much more probable.
   */
  #isScrap(word, share, complete, writing) {
    const initials = isBrief(word) && word.toUpperCase() !== word; // but not in a script without capitals
    return (initials || writing.telling) && complete >= MAY_END && share < MUCH_LESS * complete;
  }

  /** The best `k` different choices for the open word, as shares of the mass of all that it can become. */
  #ranked(choices, key, mass, last, k, isScrap) {
    const ranked = new Map();
    for (const c of choices.sort(likeliestFirst)) {
      if (ranked.size === k) break;
      const word = this.#key(c), share = c.probability / mass;
      const again = c.ids.length > 0 && c.ids[0] === last && !c.corrects;
      if (word === key || ranked.has(word) || again || (c.corrects && share < WORTH_CORRECTING) || isScrap(c, share)) continue;
      ranked.set(word, { ...c, probability: share });
    }
    return [...ranked.values()];
  }

  /** What may follow the open word: the probability that it is complete, times that of each after it. */
  #afterOpenWord(typed, ahead, complete, k, personal) {
    const { vocabulary } = this, key = vocabulary.tokenizer.key(typed.fragment);
    const own = vocabulary.stoi.get(key) ?? vocabulary.unk;
    if (complete < MAY_END || own === undefined) return [];
    const follows = this.#next(ahead, [own], [key], own, k, personal);
    return follows.map((c) => ({ ...c, probability: complete * c.probability, after: own }));
  }

  /**
   * The factor by which unknown words are more frequent in this text than the model expects: the posterior mean of a gamma
   * distribution with a prior mean of 1 (Gelman et al. 2013, section 2.6).
   */
  #unknownSoFar(typed) {
    const { stoi, tokenizer } = this.vocabulary;
    const unknown = typed.words.filter((word) => !stoi.has(tokenizer.key(word))).length;
    return (UNKNOWN_PRIOR + unknown) / (UNKNOWN_PRIOR + this.unknownRate * typed.words.length);
  }

  /**
   * {words: [word, share], mass, fitting}: words outside the vocabulary with this prefix and their shares of the unknown word's
   * probability, and the share of all such words, without and with the chance that they have the capitals of the open word.
   * They come from the general list and from words used before.
   */
  #unlisted(key, k, used, writing, factors) {
    const { stoi, tokenizer } = this.vocabulary;
    const forms = new Map(used.map((word) => [tokenizer.key(word), tokenizer.lower(word)]));
    const again = [...forms].filter(([word]) => word.startsWith(key) && !stoi.has(word)).map(([, form]) => form);
    const listed = this.lexicon.startingWith(key, k, factors), rest = again.length ? 1 - USED_BEFORE : 1;
    const shares = new Map(listed.words.map(([word, share]) => [word, rest * share]));
    for (const word of again) shares.set(word, (shares.get(word) ?? 0) + USED_BEFORE / again.length);
    const fitting = again.reduce((sum, word) => sum + (USED_BEFORE / again.length) * writing.chanceOfListed(word), 0);
    return {
      words: [...shares].filter(([word]) => !isBlocked(word, this.blocked)).map(([word, share]) => [word, share * writing.chanceOfListed(word)]),
      mass: rest * listed.mass + (again.length ? USED_BEFORE : 0),
      fitting: fitting + rest * this.#fitting(key, listed.mass, writing, factors),
    };
  }

  /** The share of the general list's words with a prefix, as the open word's capitals let expect them. */
  #fitting(key, mass, writing, factors) {
    if (!writing.telling) return mass;
    const certain = this.lexicon.brief(key, factors) + (isBrief(key) ? 0 : this.lexicon.share(key, factors));
    return certain + writing.ofCapitals * (mass - certain);
  }

  /**
   * Corrections of the open word, with the probability of the slip included. The general list is searched only if no word
   * has this prefix (`hopeless`), because that takes as long as the rest.
   */
  #corrections(key, follows, writing, hopeless) {
    const { vocabulary } = this, letters = [...key].length, slips = oneSlip(key, vocabulary.tokenizer.language);
    const best = new Map();
    for (const [meant, slip] of slips) {
      const ids = vocabulary.startingWith(meant);
      if (!ids.length) continue;
      const p = (i) => follows.words[i] * writing.chance(writing.usual(i));
      const likeliest = ids.reduce((a, b) => (p(b) > p(a) ? b : a));
      for (const i of [ids[0], likeliest]) { // the first in the alphabet may be the word itself
        best.set(i, Math.max(best.get(i) ?? 0, slip * p(i)));
      }
    }
    const likeliest = [...best].sort((a, b) => b[1] - a[1]).slice(0, CORRECTIONS);
    let found = likeliest.map(([i, p]) => choice(p, { ids: [i], corrects: true })).filter((c) => c.probability > 0);
    if (hopeless && letters > SHORTEST_SLIP && Math.max(0, ...best.values()) < HARDLY) {
      for (const [meant, slip] of slips) {
        const listed = this.lexicon.best(meant);
        if (!listed || isBlocked(listed[0], this.blocked)) continue;
        found.push(choice(slip * follows.unknown * listed[1], { word: listed[0], corrects: true }));
      }
      found = found.sort(likeliestFirst).slice(0, CORRECTIONS);
    }
    if (!found.length && letters > 5) {
      const frequent = (this.frequent ??= this.#frequentWords());
      const ids = twoSlips(key, frequent.words, frequent.letters).map((at) => frequent.ids[at]);
      found = ids.map((i) => choice(TWO_SLIPS * follows.words[i] * writing.chance(writing.usual(i)), { ids: [i], corrects: true }));
    }
    return found.filter((c) => c.probability > 0);
  }

  #frequentWords() {
    const { sortedIds, itos } = this.vocabulary, ids = sortedIds.filter((i) => i < TWO_SLIPS_AMONG);
    const words = ids.map((i) => itos[i]);
    return { ids, words, letters: Int32Array.from(words, lettersOf) };
  }

  /**
   * The ids that follow a choice where that is likelier than not, or make an opening of it in an empty box. To save time
   * nothing is looked up after words that many others follow in the n-grams, unless the choice is likelier than not itself
   * or there is something personal.
   */
  #more(c, text, ahead, personal) {
    if (!c.ids.length || c.corrects) return [];
    if (isBlank(text)) return (this.openings ??= openings(this.nextWords)).get(c.ids[0]) ?? [];
    const begins = !this.strongest || this.strongest[c.ids.at(-1)] >= SET_PHRASE;
    if (!begins && !personal && !(c.probability > LIKELIER_THAN_NOT)) return [];
    return carriedOn(c.after === null ? c.ids : [c.after, ...c.ids], (ids) => ahead.likeliestAfter(ids));
  }

  #written(c, typed, writing) {
    const made = { probability: c.probability, kind: c.corrects ? "correction" : "word", more: "", replaces: 0 };
    if (this.marks.has(c.ids[0])) {
      Object.assign(made, { kind: "mark", completion: writing.mark(c.ids), replaces: writing.spaces(c.ids[0]) });
      if (c.more.length) made.more = writing.mark([...c.ids, ...c.more]).slice(made.completion.length);
    } else if (c.corrects) {
      made.completion = writing.corrected(c.ids.length ? writing.usual(c.ids[0]) : c.word);
      made.replaces = typed.fragment.length;
    } else if (c.word) made.completion = writing.unlisted(c.word, c.after !== null);
    else {
      const write = (ids, then) => (c.after === null ? writing.completion(ids, then) : writing.following(c.after, ids, then));
      made.completion = write(c.ids, c.more[0]);
      if (c.more.length) made.more = write([...c.ids, ...c.more]).slice(made.completion.length);
    }
    if (made.kind === "word" && c.after === null) made.replaces = writing.changed(c.word || writing.usual(c.ids[0]));
    return made;
  }

  #key(c) {
    return c.ids.length ? this.vocabulary.itos[c.ids[0]] : this.vocabulary.tokenizer.key(c.word);
  }
}
