/** MapLibre needs some font name; without a glyph server it draws every character from the local fonts. */
export const TEXT_FONT = ['sans-serif'];
