import { ApiError } from './api';
import { pick } from './i18n';

/** A failure in the user's language: the server's own sentence where there is one. */
export function sentenceOf(error: unknown): { text: string; lang: string } {
  if (error instanceof ApiError) return pick(error.zh, error.en);
  const detail = error instanceof Error ? error.message : String(error);
  return pick(`服务器的结果无法读取：${detail}`, `The answer cannot be read: ${detail}`);
}
