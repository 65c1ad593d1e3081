package main

import (
	"fmt"
	"strings"

	"tocsin/model"
)

// How many customers the demo has: those who pay come first.
const (
	demoPaid = 352
	demoFree = 60
)

// namedCustomers come first: names of several scripts, places and terms.
var namedCustomers = []model.Customer{
	{Name: "Atelier Brandt GmbH", Jurisdiction: "DE", Language: "de"},
	{Name: "株式会社青空ソフトウェア", Jurisdiction: "JP", Language: "ja"},
	{Name: "شركة النور للبرمجيات", Jurisdiction: "AE", Language: "ar"},
	{Name: "Kestrel Logistics Ltd", Jurisdiction: "GB", Language: "en"},
	{Name: "אור תוכנה בע״מ", Jurisdiction: "IL", Language: "he"},
	{Name: "Müller & Söhne Spedition", Jurisdiction: "AT", Language: "de"},
	{Name: "Żółw Studio", Jurisdiction: "PL", Language: "pl"},
	{Name: "Meridian Archive Inc.", Jurisdiction: "US-CA", Language: "en"},
	{Name: "Les Ateliers Réunis", Jurisdiction: "FR", Language: "fr"},
	{Name: "서울전자상거래", Jurisdiction: "KR", Language: "ko"},
}

// Words that the other customers are called by.
var (
	customerFirst  = []string{"Alder", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper", "Krone", "Lumen", "Marble", "Nordic", "Oriel", "Pinnacle", "Quarry", "Rowan", "Summit", "Tidal"}
	customerSecond = []string{"Analytics", "Brewing", "Clinics", "Dental", "Energy", "Foods", "Gardens", "Housing", "Insurance", "Joinery", "Kitchens", "Logistics", "Media", "Networks", "Optics", "Printing", "Records", "Schools", "Textiles", "Water", "Works"}
	customerPlaces = []string{"DE", "DE", "AT", "GB", "FR", "NL", "US-CA", "US-NY"}
	placeLanguages = map[string]string{"DE": "de", "AT": "de", "FR": "fr", "NL": "nl"}
)

// demoCustomers are the made-up customers, always the same.
func demoCustomers() []model.Customer {
	all := make([]model.Customer, demoPaid+demoFree)
	for k := range all {
		c := model.Customer{Tier: model.TierPaid, ID: fmt.Sprintf("C-%04d", 1001+k)}
		switch {
		case k < len(namedCustomers):
			c.Name, c.Jurisdiction, c.Language = namedCustomers[k].Name, namedCustomers[k].Jurisdiction, namedCustomers[k].Language
		default:
			c.Name = customerFirst[k%len(customerFirst)] + " " + customerSecond[k%len(customerSecond)]
			c.Jurisdiction = customerPlaces[k%len(customerPlaces)]
			if c.Language = placeLanguages[c.Jurisdiction]; c.Language == "" {
				c.Language = "en"
			}
		}
		if k >= demoPaid {
			c.Tier = model.TierFree
		}
		domain := strings.ToLower(c.ID) + ".example"
		c.Admins = []string{"admin@" + domain}
		if k%5 == 0 && c.Tier == model.TierPaid {
			c.Security = []string{"security@" + domain}
		}
		if k >= 340 && k < demoPaid {
			c.Terms = "24h"
		}
		all[k] = c
	}
	return all
}
