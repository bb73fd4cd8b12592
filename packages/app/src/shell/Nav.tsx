import { useApi } from '@backstage/frontend-plugin-api';
import {
  NavContentBlueprint,
  type NavContentComponentProps,
  type NavContentNavItem,
} from '@backstage/plugin-app-react';
import { unprocessedEntitiesReadPermission } from '@backstage/plugin-catalog-unprocessed-entities-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import {
  RiAlertLine,
  RiCloseLine,
  RiMenuLine,
  RiSearchLine,
} from '@remixicon/react';
import {
  type FocusEvent,
  type KeyboardEvent,
  useEffect,
  useId,
  useState,
} from 'react';
import { Link, NavLink, useLocation } from 'react-router-dom';
import useAsync from 'react-use/esm/useAsync';
import { Logo } from '../brand/Logo';
import { usePortalName } from '../brand/usePortalName';
import { UnreadCount } from './UnreadCount';
import { useSearchKey } from './useSearchKey';
import styles from './Shell.module.css';

/** Pages that are reached from other pages rather than from the navigation. */
const REACHED_ELSEWHERE = [
  'page:approvals',
  'page:catalog-graph',
  'page:catalog-import',
  'page:auth',
];

function Nav({ navItems }: NavContentComponentProps) {
  const nav = navItems.clone();
  const take = (id: string) => nav.take(id);
  REACHED_ELSEWHERE.forEach(take);

  const first = [
    take('page:home'),
    take('page:catalog'),
    take('page:databases'),
    take('page:scaffolder'),
    take('page:techdocs'),
    take('page:policies'),
  ].filter(item => item !== undefined);
  const search = take('page:search');
  const notifications = take('page:notifications');
  const catalogErrors = take('page:catalog-unprocessed-entities');
  const settings = take('page:user-settings');
  // What a company's own plugins bring comes after ours.
  const others = [...nav.rest()].sort((a, b) => a.title.localeCompare(b.title));
  const maySeeCatalogErrors = useMaySeeCatalogErrors();
  useSearchKey(search?.href);
  const name = usePortalName();
  const menu = useMenu();

  return (
    <>
      <a className={styles.skip} href="#content">
        Skip to the page
      </a>
      <nav className={styles.nav} aria-label="Main" {...menu.navProps}>
        <Link to="/" className={styles.brand} aria-label={`${name}, home`}>
          <Logo />
          <span>{name}</span>
        </Link>
        <button type="button" className={styles.menu} {...menu.buttonProps}>
          {menu.isOpen ? <RiCloseLine /> : <RiMenuLine />}
          Menu
        </button>
        <ul className={styles.items} id={menu.listId} data-open={menu.isOpen}>
          {[...first, ...others].map(item => (
            <NavItem key={item.node.spec.id} item={item} />
          ))}
        </ul>
        <ul className={`${styles.items} ${styles.foot}`}>
          {search && (
            <NavItem item={search} icon={<RiSearchLine />}>
              <kbd className={styles.key} title="Press / to search">
                /
              </kbd>
            </NavItem>
          )}
          {notifications && (
            <NavItem item={notifications}>
              <UnreadCount />
            </NavItem>
          )}
          {catalogErrors && maySeeCatalogErrors && (
            <NavItem
              item={catalogErrors}
              title="Catalog errors"
              icon={<RiAlertLine />}
            />
          )}
          {settings && <NavItem item={settings} />}
        </ul>
      </nav>
    </>
  );
}

function NavItem(props: {
  item: NavContentNavItem;
  title?: string;
  icon?: JSX.Element;
  children?: JSX.Element;
}) {
  const { item, title = item.title, icon = item.icon, children } = props;
  return (
    <li>
      <NavLink to={item.href} end={item.href === '/'} className={styles.link}>
        {icon}
        <span className={styles.word}>{title}</span>
        {children}
      </NavLink>
    </li>
  );
}

/** The pages as a menu, on screens that are too narrow for all of them: there alone the button is shown. */
function useMenu() {
  const [isOpen, setIsOpen] = useState(false);
  const listId = useId();
  const { key } = useLocation();
  // Whoever goes to a page sees it.
  useEffect(() => setIsOpen(false), [key]);
  return {
    isOpen,
    listId,
    buttonProps: {
      'aria-expanded': isOpen,
      'aria-controls': listId,
      onClick: () => setIsOpen(!isOpen),
    },
    navProps: {
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
        if (isOpen && event.key === 'Escape') {
          setIsOpen(false);
          event.currentTarget.querySelector('button')?.focus();
        }
      },
      onBlur: (event: FocusEvent<HTMLElement>) => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          setIsOpen(false);
        }
      },
    },
  };
}

function useMaySeeCatalogErrors(): boolean {
  const permissionApi = useApi(permissionApiRef);
  const { value } = useAsync(
    () =>
      permissionApi.authorize({
        permission: unprocessedEntitiesReadPermission,
      }),
    [permissionApi],
  );
  return value?.result === 'ALLOW';
}

/** What can be reached from everywhere. */
export const navExtension = NavContentBlueprint.make({
  params: { component: Nav },
});
