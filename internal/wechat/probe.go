package wechat

import "context"

// Probe asks WeChat for a token and nothing else: it fails when AppID, AppSecret or the list of allowed addresses (40164) is
// wrong, or when WeChat cannot be reached.
func (c *Client) Probe(ctx context.Context) error {
	return c.call(ctx, opToken, func() error {
		_, err := c.token(ctx)
		return err
	})
}
