/**
 * What the short form sends is made of these, a share of each, so that what once found something is asked again at every run.
 * A seed that found something joins them; with another surface it makes other requests.
 */
export const keptSeeds: readonly [number, ...number[]] = [1, 3, 20261122, 20261127, 20261128, 20261130]

/** The one that somebody named, or those. */
export const seeds: readonly number[] = process.env.GRANTBOX_FUZZ_SEED === undefined ? keptSeeds : [Number(process.env.GRANTBOX_FUZZ_SEED)]
