import { useEffect } from 'react';
import { useNavigate } from 'react-router-dom';

/** Opens the search when somebody presses `/` outside of a field. */
export function useSearchKey(searchPath: string | undefined): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (!searchPath) {
      return undefined;
    }
    const handleKey = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof HTMLElement &&
        (event.target.isContentEditable ||
          event.target.closest('input, textarea, select, [role="textbox"]'));
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (event.key === '/' && isPlain && !isTyping) {
        event.preventDefault();
        navigate(searchPath);
      }
    };
    document.addEventListener('keydown', handleKey);
    return () => document.removeEventListener('keydown', handleKey);
  }, [navigate, searchPath]);
}
