import { nativePassword } from './nativePassword';

describe('nativePassword', () => {
  it('is what PASSWORD() of MariaDB says', () => {
    // From the documentation of PASSWORD().
    expect(nativePassword('notagoodpwd')).toBe(
      '*3A70EE9FC6594F88CE9E959CD51C5A1C002DC937',
    );
  });
});
