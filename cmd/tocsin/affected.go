package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

const affectedLong = `Keeps a registry of the organisation's customers, and says for each incident
which of them it affects.

Affected customers lie in groups A1, A2, …: those of one tier with the same
terms who were added at once. A customer is in one group of an incident, in the
version that the registry had when they were added: whoever approved a notice
knows whom it goes to. tocsin affected refresh takes newer versions.`

func (a *app) affectedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "affected",
		Short: "Keep customers, and say which of them an incident affects",
		Long:  affectedLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about the affected? import, customers, add, show, refresh or forget")
		},
	}
	cmd.AddCommand(a.affectedImportCommand(), a.affectedCustomersCommand(), a.affectedAddCommand(), a.affectedShowCommand(), a.affectedRefreshCommand(), a.affectedForgetCommand())
	return cmd
}

// customerView is a customer of the registry.
type customerView struct {
	ID           string   `json:"id" help:"the team's own"`
	Number       uint64   `json:"number" help:"the record's own, never given to another one"`
	Name         string   `json:"name" help:"[forgotten] once forgotten"`
	Tier         string   `json:"tier" help:"paid or free"`
	Jurisdiction string   `json:"jurisdiction"`
	Language     string   `json:"language" help:"\"\" is the space's"`
	Admins       []string `json:"admin_email"`
	Security     []string `json:"security_email"`
	Terms        string   `json:"terms" help:"their own contract's period for a notice"`
	Taken        uint64   `json:"taken" help:"the event that brought this version"`
}

func customerViewOf(c model.Customer) customerView {
	return customerView{
		ID: c.ID, Number: c.Number, Name: c.Name, Tier: string(c.Tier), Jurisdiction: c.Jurisdiction, Language: c.Language,
		Admins: list(c.Admins), Security: list(c.Security), Terms: c.Terms, Taken: c.Taken,
	}
}

func (a *app) affectedCustomersCommand() *cobra.Command {
	var limit int
	cmd := a.reading(&cobra.Command{
		Use:   "customers [QUERY]",
		Short: "Search the registry of customers",
		Long: `Lists customers, all or those that a query asks for: words such as tier=paid,
jurisdiction=US (or a part, US-CA), language=de, terms=48h or terms=none,
id=C-17,C-18, and name~text for what a name contains. All of them have to be so.`,
		Example: "  tocsin affected customers 'tier=paid jurisdiction=DE,AT'\n  tocsin affected customers 'name~\"acme inc\"' --json",
		Args:    words(0, 8),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				query, err := model.ParseCustomerQuery(strings.Join(args, " "))
				if err != nil {
					return err
				}
				return a.printCustomers(s, limit, func(visit func(model.Customer) error) error { return s.space.Customers(ctx, query, visit) })
			})
		},
	})
	cmd.Flags().IntVar(&limit, "limit", mostListed, "how many are listed at most, 0 for all")
	return cmd
}

// mostListed is how many customers are listed where nobody asks for more.
const mostListed = 100

// errListed ends a walk through customers.
var errListed = errors.New("listed enough")

// printCustomers lists customers up to a limit, and says where there are more.
func (a *app) printCustomers(s *session, limit int, each func(visit func(model.Customer) error) error) error {
	views, more := make([]customerView, 0), false
	err := each(func(c model.Customer) error {
		if more = limit > 0 && len(views) == limit; more {
			return errListed
		}
		views = append(views, customerViewOf(c))
		return nil
	})
	if err != nil && !errors.Is(err, errListed) {
		return troubled(err)
	}
	if a.json {
		return s.out.printJSON(views)
	}
	t := newTable(column{title: "id"}, column{title: "name", flexible: true}, column{title: "tier"}, column{title: "where"}, column{title: "language"}, column{title: "terms"}, column{title: "addresses", flexible: true})
	for _, v := range views {
		t.add(painted{v.ID, strong}, painted{v.Name, plain}, painted{v.Tier, plain}, painted{v.Jurisdiction, quiet}, painted{v.Language, quiet}, painted{v.Terms, quiet}, painted{strings.Join(append(v.Admins, v.Security...), "; "), quiet})
	}
	t.write(s.out)
	if more {
		s.out.line(painted{fmt.Sprintf("There are more than these %d: --limit 0 lists all.", limit), quiet})
	}
	return nil
}

// affectedView is whom an incident affects.
type affectedView struct {
	ID        model.ID    `json:"id"`
	Customers int         `json:"customers"`
	Addresses int         `json:"addresses"`
	Groups    []groupView `json:"groups"`
}

// groupView is a group of affected customers.
type groupView struct {
	ID        string   `json:"id" help:"A1, A2, …"`
	Ref       string   `json:"ref" help:"names the group with the versions of its customers as they are now"`
	Tier      string   `json:"tier"`
	Direct    bool     `json:"direct" help:"they are directly impacted"`
	What      []string `json:"what" help:"what of theirs was affected"`
	Terms     string   `json:"terms"`
	Since     stamp    `json:"since" help:"when a later addition was found to be affected; null: from the start"`
	Customers int      `json:"customers"`
	Addresses int      `json:"addresses"`
	Root      string   `json:"root" help:"SHA-256 chained over its customers: what an approval is bound to"`
}

func (g *gatherer) affected(i *model.Incident) affectedView {
	view := affectedView{ID: i.ID, Customers: i.AffectedCustomers(), Groups: make([]groupView, 0, len(i.Groups))}
	for k := range i.Groups {
		one := &i.Groups[k]
		view.Addresses += one.Addresses
		view.Groups = append(view.Groups, groupView{
			ID: one.ID, Ref: one.Ref(), Tier: string(one.Tier), Direct: one.Direct, What: list(one.What), Terms: one.Terms, Since: g.stamp(one.Since),
			Customers: one.Customers, Addresses: one.Addresses, Root: one.Root,
		})
	}
	return view
}

func (a *app) affectedShowCommand() *cobra.Command {
	var group string
	var limit int
	cmd := a.reading(&cobra.Command{
		Use:               "show ID",
		Short:             "Show whom an incident affects",
		Long:              "Shows the groups of affected customers of an incident, or with --group the\ncustomers of one of them, in the versions that are told.",
		Example:           "  tocsin affected show 7\n  tocsin affected show 7 --group A1",
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: a.aboutIncident(func(ctx context.Context, s *session, standing *model.Standing, _ []string) error {
			if group == "" {
				return a.printAffected(s, standing.Incident)
			}
			if role := s.actor.Role; !role.MayRead("customers") {
				return &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("%s may not see customers as %s", s.actor.Name, role)}
			}
			if _, ok := standing.Incident.Affected(group); !ok {
				return unknown("group", group, groupIDs(standing.Incident))
			}
			return a.printCustomers(s, limit, func(visit func(model.Customer) error) error {
				return s.space.AffectedCustomers(ctx, standing.Incident.ID, group, visit)
			})
		}),
	})
	cmd.Flags().StringVar(&group, "group", "", "list the customers of this group")
	cmd.Flags().IntVar(&limit, "limit", mostListed, "how many customers are listed at most, 0 for all")
	return cmd
}

func groupIDs(i *model.Incident) []string {
	var ids []string
	for k := range i.Groups {
		ids = append(ids, i.Groups[k].ID)
	}
	return ids
}

func (a *app) printAffected(s *session, i *model.Incident) error {
	view := s.gather().affected(i)
	if a.json {
		return s.out.printJSON(view)
	}
	if len(view.Groups) == 0 {
		s.out.printf("%s: nobody is known to be affected. Say who is: tocsin affected add %s", i.ID, i.ID)
		return nil
	}
	t := newTable(column{title: "group"}, column{title: "tier"}, column{title: "customers"}, column{title: "addresses"}, column{title: "impact"}, column{title: "terms"}, column{title: "since"}, column{title: "what", flexible: true})
	for _, g := range view.Groups {
		impact, since := "possible", "the start"
		if g.Direct {
			impact = "direct"
		}
		if !g.Since.IsZero() {
			since = g.Since.Format("2006-01-02 15:04 MST")
		}
		t.add(painted{g.ID, strong}, painted{g.Tier, plain}, painted{strconv.Itoa(g.Customers), plain}, painted{strconv.Itoa(g.Addresses), plain}, painted{impact, plain}, painted{g.Terms, quiet}, painted{since, quiet}, painted{strings.Join(g.What, ", "), quiet})
	}
	t.write(s.out)
	s.out.line(painted{fmt.Sprintf("%s with %s.", several(uint64(view.Customers), "customer"), several(uint64(view.Addresses), "address", "addresses")), quiet})
	return nil
}

func (a *app) affectedForgetCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "forget ID --reason TEXT",
		Short: "Make a customer's name and addresses unreadable, for good",
		Long: `Destroys the key that what is personal of a customer is sealed under, by the
team's own id. This cannot be undone. Their place among those whom incidents
affected stays, and every proof holds; the id itself is not sealed. It is
refused, with the refusal recorded, while a legal hold is on an incident that
affects them.`,
		Example: `  tocsin affected forget C-1017 --reason "closed the account on 3 March"`,
		Args:    words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				return s.change(ctx, model.ForgetCustomer{ID: args[0], Reason: reason})
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "who asked for it and why")
	return cmd
}
