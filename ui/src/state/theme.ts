// The host's word decides what "system" means: WebKitGTK reports the colour scheme wrongly on some desktops.

export function dark(theme: string, systemDark: boolean): boolean {
  return theme === 'dark' || (theme !== 'light' && systemDark)
}

export function applyTheme(theme: string, systemDark: boolean, root: HTMLElement = document.documentElement): void {
  root.dataset.theme = dark(theme, systemDark) ? 'dark' : 'light'
}
