import type { Markup } from '../marks.ts';
import type { View } from '../view.ts';

/** Null: there is no such page. */
export type Page = (
  view: View,
  asked: { readonly id: string; readonly query: URLSearchParams },
) => Promise<{ readonly title: string; readonly main: Markup } | null>;
