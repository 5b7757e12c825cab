/** A user's picture as SVG, the same for the same user each time. The style is CC0. */
export async function drawPicture(user_id: string, size = 256): Promise<string> {
  const [{ createAvatar }, style] = await Promise.all([import('@dicebear/core'), import('@dicebear/thumbs')])
  return createAvatar(style, { seed: user_id, size }).toString()
}
