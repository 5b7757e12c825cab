/** The apps' icons by name, as SVG. */
export const iokidsIcons: Readonly<Record<string, string>> = {
  duck: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#fde3ef"/><path d="M14 38c0 9 8 14 19 14s19-6 19-15c0-3-1-6-3-8-3 4-7 5-11 4 3-2 5-6 5-10 0-7-5-12-11-12s-11 5-11 11c0 3 1 6 3 8-3 2-10 2-10 8z" fill="#f27eb2"/><path d="M27 39c3 5 10 6 16 2-1 6-6 8-10 7-4 0-7-4-6-9z" fill="#d85a95"/><path d="M22 22l-10 3c0 3 3 5 6 5 2 0 4-1 5-2z" fill="#f6a623"/><circle cx="31" cy="20" r="2.4" fill="#3b2030"/></svg>`,
}
