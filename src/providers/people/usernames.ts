// Words that go together kindly: the vendor's users are families.
const adjectives =
  `amber amazing artistic beautiful big black blue bold brave bright brown busy calm charming cheerful clever cool cosmic crazy curious
  daring dizzy dreamy eager early electric elegant fancy fast fluffy friendly funny fuzzy gentle giant giggly glad golden goofy graceful grand gray
  green happy heavy helpful honest humble jolly joyful jumpy kind lazy little lively lovely lucky lunar magic mellow merry mighty mystic neat nimble
  noble orange organic patient peaceful pink playful polite proud purple quick quiet rapid red royal sandy shiny silent silly silver sleepy small
  smart smiling smooth snowy sparkling speedy spotted sunny super swift tall tender ticklish tiny tropical turbo velvet violet vivid warm white wild
  windy wise witty wonderful yellow young zany`.split(/\s+/)

// `meercat` is the vendor's own spelling.
const animals = `alpaca antelope badger bat bear bee bird bison butterfly camel canary cat cheetah chipmunk cricket deer dingo dog
  dolphin dove dragonfly duck eagle elephant falcon ferret finch firefly fish flamingo fox frog gazelle gecko gerbil giraffe goat goldfish
  goose guppy hamster hare hawk hedgehog heron hippo horse hummingbird ibex iguana jaguar jellyfish kangaroo kitten kiwi koala ladybug lemur
  leopard lion lizard llama lobster lynx manatee meercat mongoose moose mouse narwhal newt octopus ostrich otter owl panda panther parrot
  peacock pelican penguin pony puffin puppy rabbit raccoon raven robin rooster salmon seahorse seal sloth snail sparrow squirrel starfish
  stork swan tiger toucan turtle walrus wolf wombat zebra`.split(/\s+/)

/** How many usernames have three digits. */
export const usernameSpace = adjectives.length * animals.length * 900

/** A prime that does not divide the space, so that walking by it meets every username, and neighbours look unrelated. */
const stride = 7_368_787

/** Tries before a username gets one digit more. With nine tenths of the space taken, one name in forty thousand does. */
const triesPerLength = 100

/**
 * Usernames as the vendor makes them, adjective + animal + number (`beautifulmeercat246`), to be tried in turn.
 * The number has three digits, 100–999; as the space runs thin it grows to at most nine, so the tries come to an end.
 *
 * @param start which username comes first: a whole number from 0 to below {@link usernameSpace}; the same start gives the same tries
 */
export function* usernameCandidates(start: number): Generator<string, void> {
  for (let least = 100; least < 1e9; least *= 10) {
    for (let tries = 0; tries < triesPerLength; tries++) {
      const position = start + tries * stride
      yield `${at(adjectives, Math.floor(position / 900 / animals.length))}${at(animals, Math.floor(position / 900))}${least + (position % (9 * least))}`
    }
  }
}

function at(words: string[], index: number): string {
  return words[index % words.length] ?? ''
}
