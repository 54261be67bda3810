//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #cgo pkg-config: libnl-3.0 libnl-route-3.0 libnl-genl-3.0 libnl-nf-3.0
// #cgo CFLAGS: -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Wno-deprecated-declarations
// #cgo noescape nlgo_msgs_objects
// #cgo nocallback nlgo_msgs_objects
// #cgo noescape nlgo_made_put
// #cgo nocallback nlgo_made_put
// #cgo noescape nlgo_addr_parse
// #cgo nocallback nlgo_addr_parse
// #cgo noescape nlgo_addr_str
// #cgo nocallback nlgo_addr_str
// #cgo noescape nl_addr_valid
// #cgo nocallback nl_addr_valid
// #cgo noescape nl_af2str
// #cgo nocallback nl_af2str
// #cgo noescape nl_str2af
// #cgo nocallback nl_str2af
// #cgo noescape nl_cancel_down_bytes
// #cgo nocallback nl_cancel_down_bytes
// #cgo noescape nl_cancel_down_bits
// #cgo nocallback nl_cancel_down_bits
// #cgo noescape nl_cancel_down_us
// #cgo nocallback nl_cancel_down_us
// #cgo noescape nl_rate2str
// #cgo nocallback nl_rate2str
// #cgo noescape nl_size2int
// #cgo nocallback nl_size2int
// #cgo noescape nl_prob2int
// #cgo nocallback nl_prob2int
// #cgo noescape nlgo_us2ticks
// #cgo nocallback nlgo_us2ticks
// #cgo noescape nlgo_ticks2us
// #cgo nocallback nlgo_ticks2us
// #cgo noescape nl_str2msec
// #cgo nocallback nl_str2msec
// #cgo noescape nl_msec2str
// #cgo nocallback nl_msec2str
// #cgo noescape nl_llproto2str
// #cgo nocallback nl_llproto2str
// #cgo noescape nl_str2llproto
// #cgo nocallback nl_str2llproto
// #cgo noescape nl_ether_proto2str
// #cgo nocallback nl_ether_proto2str
// #cgo noescape nl_str2ether_proto
// #cgo nocallback nl_str2ether_proto
// #cgo noescape nl_ip_proto2str
// #cgo nocallback nl_ip_proto2str
// #cgo noescape nl_str2ip_proto
// #cgo nocallback nl_str2ip_proto
// #cgo noescape nl_nlfamily2str
// #cgo nocallback nl_nlfamily2str
// #cgo noescape nl_str2nlfamily
// #cgo nocallback nl_str2nlfamily
// #cgo noescape nl_nlmsgtype2str
// #cgo nocallback nl_nlmsgtype2str
// #cgo noescape nl_str2nlmsgtype
// #cgo nocallback nl_str2nlmsgtype
// #cgo noescape nl_nlmsg_flags2str
// #cgo nocallback nl_nlmsg_flags2str
// #cgo noescape nlgo_recv
// #cgo nocallback nlgo_recv
// #cgo noescape nlgo_recv_many
// #cgo nocallback nlgo_recv_many
// #cgo noescape nlgo_send
// #cgo nocallback nlgo_send
// #cgo noescape nlgo_transact
// #cgo nocallback nlgo_transact
// #cgo noescape nl_object_attrs2str
// #cgo nocallback nl_object_attrs2str
// #cgo noescape nl_object_attr_list
// #cgo nocallback nl_object_attr_list
// #cgo noescape nl_object_keygen
// #cgo nocallback nl_object_keygen
// #cgo noescape nlgo_addr_get
// #cgo nocallback nlgo_addr_get
// #cgo noescape nlgo_link_set_addr
// #cgo nocallback nlgo_link_set_addr
// #cgo noescape rtnl_link_get_carrier_changes
// #cgo nocallback rtnl_link_get_carrier_changes
// #cgo noescape rtnl_link_get_link_netnsid
// #cgo nocallback rtnl_link_get_link_netnsid
// #cgo noescape rtnl_link_get_num_vf
// #cgo nocallback rtnl_link_get_num_vf
// #cgo noescape rtnl_link_get_gso_max_segs
// #cgo nocallback rtnl_link_get_gso_max_segs
// #cgo noescape rtnl_link_get_gso_max_size
// #cgo nocallback rtnl_link_get_gso_max_size
// #cgo noescape rtnl_link_vlan_get_egress_map
// #cgo nocallback rtnl_link_vlan_get_egress_map
// #cgo noescape nlgo_route_set_addr
// #cgo nocallback nlgo_route_set_addr
// #cgo noescape rtnl_route_get_metric
// #cgo nocallback rtnl_route_get_metric
// #cgo noescape nlgo_route_info
// #cgo nocallback nlgo_route_info
// #cgo noescape nlgo_route_nexthops
// #cgo nocallback nlgo_route_nexthops
// #cgo noescape nlgo_route_nh_get_encap
// #cgo nocallback nlgo_route_nh_get_encap
// #cgo noescape nlgo_route_nh_set_encap
// #cgo nocallback nlgo_route_nh_set_encap
// #cgo noescape nlgo_nh_get_encap
// #cgo nocallback nlgo_nh_get_encap
// #cgo noescape nlgo_nh_set_encap
// #cgo nocallback nlgo_nh_set_encap
// #cgo noescape rtnl_nh_set_group
// #cgo nocallback rtnl_nh_set_group
// #cgo noescape rtnl_nh_get_res_group_idle_timer
// #cgo nocallback rtnl_nh_get_res_group_idle_timer
// #cgo noescape rtnl_nh_get_res_group_unbalanced_timer
// #cgo nocallback rtnl_nh_get_res_group_unbalanced_timer
// #cgo noescape rtnl_link_ipgre_get_fwmark
// #cgo nocallback rtnl_link_ipgre_get_fwmark
// #cgo noescape rtnl_link_ip6gre_get_link
// #cgo nocallback rtnl_link_ip6gre_get_link
// #cgo noescape rtnl_link_ip6gre_get_iflags
// #cgo nocallback rtnl_link_ip6gre_get_iflags
// #cgo noescape rtnl_link_ip6gre_get_oflags
// #cgo nocallback rtnl_link_ip6gre_get_oflags
// #cgo noescape rtnl_link_ip6gre_get_ikey
// #cgo nocallback rtnl_link_ip6gre_get_ikey
// #cgo noescape rtnl_link_ip6gre_get_okey
// #cgo nocallback rtnl_link_ip6gre_get_okey
// #cgo noescape rtnl_link_ip6gre_get_local
// #cgo nocallback rtnl_link_ip6gre_get_local
// #cgo noescape rtnl_link_ip6gre_set_local
// #cgo nocallback rtnl_link_ip6gre_set_local
// #cgo noescape rtnl_link_ip6gre_get_remote
// #cgo nocallback rtnl_link_ip6gre_get_remote
// #cgo noescape rtnl_link_ip6gre_set_remote
// #cgo nocallback rtnl_link_ip6gre_set_remote
// #cgo noescape rtnl_link_ip6gre_get_ttl
// #cgo nocallback rtnl_link_ip6gre_get_ttl
// #cgo noescape rtnl_link_ip6gre_get_encaplimit
// #cgo nocallback rtnl_link_ip6gre_get_encaplimit
// #cgo noescape rtnl_link_ip6gre_get_flowinfo
// #cgo nocallback rtnl_link_ip6gre_get_flowinfo
// #cgo noescape rtnl_link_ip6gre_get_flags
// #cgo nocallback rtnl_link_ip6gre_get_flags
// #cgo noescape rtnl_link_ip6gre_get_fwmark
// #cgo nocallback rtnl_link_ip6gre_get_fwmark
// #cgo noescape rtnl_link_ip6_tnl_get_local
// #cgo nocallback rtnl_link_ip6_tnl_get_local
// #cgo noescape rtnl_link_ip6_tnl_set_local
// #cgo nocallback rtnl_link_ip6_tnl_set_local
// #cgo noescape rtnl_link_ip6_tnl_get_remote
// #cgo nocallback rtnl_link_ip6_tnl_get_remote
// #cgo noescape rtnl_link_ip6_tnl_set_remote
// #cgo nocallback rtnl_link_ip6_tnl_set_remote
// #cgo noescape rtnl_link_ip6_tnl_get_fwmark
// #cgo nocallback rtnl_link_ip6_tnl_get_fwmark
// #cgo noescape rtnl_link_ip6_tnl_get_collect_metadata
// #cgo nocallback rtnl_link_ip6_tnl_get_collect_metadata
// #cgo noescape rtnl_link_ipip_get_fwmark
// #cgo nocallback rtnl_link_ipip_get_fwmark
// #cgo noescape rtnl_link_ipvti_get_fwmark
// #cgo nocallback rtnl_link_ipvti_get_fwmark
// #cgo noescape rtnl_link_ip6vti_get_link
// #cgo nocallback rtnl_link_ip6vti_get_link
// #cgo noescape rtnl_link_ip6vti_get_ikey
// #cgo nocallback rtnl_link_ip6vti_get_ikey
// #cgo noescape rtnl_link_ip6vti_get_okey
// #cgo nocallback rtnl_link_ip6vti_get_okey
// #cgo noescape rtnl_link_ip6vti_get_local
// #cgo nocallback rtnl_link_ip6vti_get_local
// #cgo noescape rtnl_link_ip6vti_set_local
// #cgo nocallback rtnl_link_ip6vti_set_local
// #cgo noescape rtnl_link_ip6vti_get_remote
// #cgo nocallback rtnl_link_ip6vti_get_remote
// #cgo noescape rtnl_link_ip6vti_set_remote
// #cgo nocallback rtnl_link_ip6vti_set_remote
// #cgo noescape rtnl_link_ip6vti_get_fwmark
// #cgo nocallback rtnl_link_ip6vti_get_fwmark
// #cgo noescape rtnl_link_sit_get_fwmark
// #cgo nocallback rtnl_link_sit_get_fwmark
// #cgo noescape rtnl_link_sit_get_ip6rd_prefix
// #cgo nocallback rtnl_link_sit_get_ip6rd_prefix
// #cgo noescape rtnl_link_sit_get_ip6rd_prefixlen
// #cgo nocallback rtnl_link_sit_get_ip6rd_prefixlen
// #cgo noescape rtnl_link_sit_set_ip6rd_prefix
// #cgo nocallback rtnl_link_sit_set_ip6rd_prefix
// #cgo noescape rtnl_link_sit_get_ip6rd_relay_prefix
// #cgo nocallback rtnl_link_sit_get_ip6rd_relay_prefix
// #cgo noescape rtnl_link_sit_get_ip6rd_relay_prefixlen
// #cgo nocallback rtnl_link_sit_get_ip6rd_relay_prefixlen
// #cgo noescape rtnl_link_bond_get_mode
// #cgo nocallback rtnl_link_bond_get_mode
// #cgo noescape rtnl_link_bond_get_activeslave
// #cgo nocallback rtnl_link_bond_get_activeslave
// #cgo noescape rtnl_link_bond_get_hashing_type
// #cgo nocallback rtnl_link_bond_get_hashing_type
// #cgo noescape rtnl_link_bond_get_miimon
// #cgo nocallback rtnl_link_bond_get_miimon
// #cgo noescape rtnl_link_bond_get_min_links
// #cgo nocallback rtnl_link_bond_get_min_links
// #cgo noescape nlgo_kind_get_addr
// #cgo nocallback nlgo_kind_get_addr
// #cgo noescape nlgo_kind_set_addr
// #cgo nocallback nlgo_kind_set_addr
// #cgo noescape rtnl_link_can_berr
// #cgo nocallback rtnl_link_can_berr
// #cgo noescape rtnl_link_can_freq
// #cgo nocallback rtnl_link_can_freq
// #cgo noescape rtnl_link_can_get_bitrate
// #cgo nocallback rtnl_link_can_get_bitrate
// #cgo noescape rtnl_link_can_get_bittiming
// #cgo nocallback rtnl_link_can_get_bittiming
// #cgo noescape rtnl_link_can_get_bt_const
// #cgo nocallback rtnl_link_can_get_bt_const
// #cgo noescape rtnl_link_can_get_ctrlmode
// #cgo nocallback rtnl_link_can_get_ctrlmode
// #cgo noescape rtnl_link_can_get_data_bittiming
// #cgo nocallback rtnl_link_can_get_data_bittiming
// #cgo noescape rtnl_link_can_get_data_bittiming_const
// #cgo nocallback rtnl_link_can_get_data_bittiming_const
// #cgo noescape rtnl_link_can_get_device_stats
// #cgo nocallback rtnl_link_can_get_device_stats
// #cgo noescape rtnl_link_can_get_restart_ms
// #cgo nocallback rtnl_link_can_get_restart_ms
// #cgo noescape rtnl_link_can_get_sample_point
// #cgo nocallback rtnl_link_can_get_sample_point
// #cgo noescape rtnl_link_can_set_bittiming
// #cgo nocallback rtnl_link_can_set_bittiming
// #cgo noescape rtnl_link_can_set_data_bittiming
// #cgo nocallback rtnl_link_can_set_data_bittiming
// #cgo noescape rtnl_link_can_set_data_bittiming_const
// #cgo nocallback rtnl_link_can_set_data_bittiming_const
// #cgo noescape rtnl_link_can_state
// #cgo nocallback rtnl_link_can_state
// #cgo noescape rtnl_link_geneve_get_flags
// #cgo nocallback rtnl_link_geneve_get_flags
// #cgo noescape rtnl_link_geneve_get_id
// #cgo nocallback rtnl_link_geneve_get_id
// #cgo noescape rtnl_link_geneve_get_label
// #cgo nocallback rtnl_link_geneve_get_label
// #cgo noescape rtnl_link_geneve_get_port
// #cgo nocallback rtnl_link_geneve_get_port
// #cgo noescape rtnl_link_ipvlan_get_mode
// #cgo nocallback rtnl_link_ipvlan_get_mode
// #cgo noescape rtnl_link_macsec_get_cipher_suite
// #cgo nocallback rtnl_link_macsec_get_cipher_suite
// #cgo noescape rtnl_link_macsec_get_encoding_sa
// #cgo nocallback rtnl_link_macsec_get_encoding_sa
// #cgo noescape rtnl_link_macsec_get_encrypt
// #cgo nocallback rtnl_link_macsec_get_encrypt
// #cgo noescape rtnl_link_macsec_get_end_station
// #cgo nocallback rtnl_link_macsec_get_end_station
// #cgo noescape rtnl_link_macsec_get_icv_len
// #cgo nocallback rtnl_link_macsec_get_icv_len
// #cgo noescape rtnl_link_macsec_get_offload
// #cgo nocallback rtnl_link_macsec_get_offload
// #cgo noescape rtnl_link_macsec_get_port
// #cgo nocallback rtnl_link_macsec_get_port
// #cgo noescape rtnl_link_macsec_get_protect
// #cgo nocallback rtnl_link_macsec_get_protect
// #cgo noescape rtnl_link_macsec_get_replay_protect
// #cgo nocallback rtnl_link_macsec_get_replay_protect
// #cgo noescape rtnl_link_macsec_get_scb
// #cgo nocallback rtnl_link_macsec_get_scb
// #cgo noescape rtnl_link_macsec_get_sci
// #cgo nocallback rtnl_link_macsec_get_sci
// #cgo noescape rtnl_link_macsec_get_send_sci
// #cgo nocallback rtnl_link_macsec_get_send_sci
// #cgo noescape rtnl_link_macsec_get_validation_type
// #cgo nocallback rtnl_link_macsec_get_validation_type
// #cgo noescape rtnl_link_macsec_get_window
// #cgo nocallback rtnl_link_macsec_get_window
// #cgo noescape rtnl_link_macvlan_count_macaddr
// #cgo nocallback rtnl_link_macvlan_count_macaddr
// #cgo noescape rtnl_link_macvlan_get_macaddr
// #cgo nocallback rtnl_link_macvlan_get_macaddr
// #cgo noescape rtnl_link_macvlan_get_macmode
// #cgo nocallback rtnl_link_macvlan_get_macmode
// #cgo noescape rtnl_link_ppp_get_fd
// #cgo nocallback rtnl_link_ppp_get_fd
// #cgo noescape rtnl_link_vrf_get_tableid
// #cgo nocallback rtnl_link_vrf_get_tableid
// #cgo noescape rtnl_link_vxlan_get_ageing
// #cgo nocallback rtnl_link_vxlan_get_ageing
// #cgo noescape rtnl_link_vxlan_get_flags
// #cgo nocallback rtnl_link_vxlan_get_flags
// #cgo noescape rtnl_link_vxlan_get_id
// #cgo nocallback rtnl_link_vxlan_get_id
// #cgo noescape rtnl_link_vxlan_get_label
// #cgo nocallback rtnl_link_vxlan_get_label
// #cgo noescape rtnl_link_vxlan_get_limit
// #cgo nocallback rtnl_link_vxlan_get_limit
// #cgo noescape rtnl_link_vxlan_get_link
// #cgo nocallback rtnl_link_vxlan_get_link
// #cgo noescape rtnl_link_vxlan_get_port
// #cgo nocallback rtnl_link_vxlan_get_port
// #cgo noescape rtnl_link_vxlan_get_port_range
// #cgo nocallback rtnl_link_vxlan_get_port_range
// #cgo noescape rtnl_link_vxlan_set_port_range
// #cgo nocallback rtnl_link_vxlan_set_port_range
// #cgo noescape rtnl_link_xfrmi_get_if_id
// #cgo nocallback rtnl_link_xfrmi_get_if_id
// #cgo noescape rtnl_link_xfrmi_get_link
// #cgo nocallback rtnl_link_xfrmi_get_link
// #cgo noescape nlgo_cache_items
// #cgo nocallback nlgo_cache_items
// #cgo noescape nlgo_list_parse
// #cgo nocallback nlgo_list_parse
// #cgo noescape nlgo_list_free
// #cgo nocallback nlgo_list_free
// #cgo noescape nlgo_cache_new
// #cgo nocallback nlgo_cache_new
// #cgo noescape nlgo_cache_include
// #cgo nocallback nlgo_cache_include
// #cgo noescape nlgo_cache_event
// #cgo nocallback nlgo_cache_event
// #cgo noescape nlgo_changes_free
// #cgo nocallback nlgo_changes_free
// #cgo noescape nlgo_resync_begin
// #cgo nocallback nlgo_resync_begin
// #cgo noescape nlgo_resync_match
// #cgo nocallback nlgo_resync_match
// #cgo noescape nlgo_resync_fill
// #cgo nocallback nlgo_resync_fill
// #cgo noescape nlgo_resync_end
// #cgo nocallback nlgo_resync_end
// #cgo noescape nlgo_resync_free
// #cgo nocallback nlgo_resync_free
// #cgo noescape nlgo_link_info
// #cgo nocallback nlgo_link_info
// #cgo noescape nlgo_link_inet6_token
// #cgo nocallback nlgo_link_inet6_token
// #cgo noescape nlgo_vf_set_addr
// #cgo nocallback nlgo_vf_set_addr
// #cgo noescape nlgo_vf_set_vlans
// #cgo nocallback nlgo_vf_set_vlans
// #cgo noescape nlgo_vf_get_vlans
// #cgo nocallback nlgo_vf_get_vlans
// #cgo noescape nlgo_bridge_mst
// #cgo nocallback nlgo_bridge_mst
// #cgo noescape rtnl_link_bridge_get_cost
// #cgo nocallback rtnl_link_bridge_get_cost
// #cgo noescape rtnl_link_bridge_get_hwmode
// #cgo nocallback rtnl_link_bridge_get_hwmode
// #cgo noescape rtnl_link_bridge_get_vlan_filtering
// #cgo nocallback rtnl_link_bridge_get_vlan_filtering
// #cgo noescape rtnl_link_bridge_get_vlan_protocol
// #cgo nocallback rtnl_link_bridge_get_vlan_protocol
// #cgo noescape rtnl_link_bridge_get_vlan_stats_enabled
// #cgo nocallback rtnl_link_bridge_get_vlan_stats_enabled
// #cgo noescape rtnl_link_bridge_get_vlan_default_pvid
// #cgo nocallback rtnl_link_bridge_get_vlan_default_pvid
// #cgo noescape rtnl_link_bridge_get_ageing_time
// #cgo nocallback rtnl_link_bridge_get_ageing_time
// #cgo noescape rtnl_link_bridge_get_nf_call_iptables
// #cgo nocallback rtnl_link_bridge_get_nf_call_iptables
// #cgo noescape rtnl_link_bridge_get_nf_call_ip6tables
// #cgo nocallback rtnl_link_bridge_get_nf_call_ip6tables
// #cgo noescape rtnl_link_bridge_get_nf_call_arptables
// #cgo nocallback rtnl_link_bridge_get_nf_call_arptables
// #cgo noescape rtnl_link_bridge_get_stp_state
// #cgo nocallback rtnl_link_bridge_get_stp_state
// #cgo noescape rtnl_link_bridge_get_mcast_router
// #cgo nocallback rtnl_link_bridge_get_mcast_router
// #cgo noescape rtnl_link_bridge_get_mcast_snooping
// #cgo nocallback rtnl_link_bridge_get_mcast_snooping
// #cgo noescape rtnl_link_inet_get_conf
// #cgo nocallback rtnl_link_inet_get_conf
// #cgo noescape rtnl_link_inet6_get_conf
// #cgo nocallback rtnl_link_inet6_get_conf
// #cgo noescape rtnl_link_inet6_get_flags
// #cgo nocallback rtnl_link_inet6_get_flags
// #cgo noescape rtnl_link_inet6_get_addr_gen_mode
// #cgo nocallback rtnl_link_inet6_get_addr_gen_mode
// #cgo noescape rtnl_link_vf_get_index
// #cgo nocallback rtnl_link_vf_get_index
// #cgo noescape rtnl_link_vf_get_addr
// #cgo nocallback rtnl_link_vf_get_addr
// #cgo noescape rtnl_link_vf_get_linkstate
// #cgo nocallback rtnl_link_vf_get_linkstate
// #cgo noescape rtnl_link_vf_get_rate
// #cgo nocallback rtnl_link_vf_get_rate
// #cgo noescape rtnl_link_vf_set_rate
// #cgo nocallback rtnl_link_vf_set_rate
// #cgo noescape rtnl_link_vf_get_rss_query_en
// #cgo nocallback rtnl_link_vf_get_rss_query_en
// #cgo noescape rtnl_link_vf_get_spoofchk
// #cgo nocallback rtnl_link_vf_get_spoofchk
// #cgo noescape rtnl_link_vf_get_trust
// #cgo nocallback rtnl_link_vf_get_trust
// #cgo noescape rtnl_link_vf_get_stat
// #cgo nocallback rtnl_link_vf_get_stat
// #cgo noescape rtnl_link_vf_str2guid
// #cgo nocallback rtnl_link_vf_str2guid
// #cgo noescape nlgo_set_addr
// #cgo nocallback nlgo_set_addr
// #cgo noescape nlgo_ifaddr_info
// #cgo nocallback nlgo_ifaddr_info
// #cgo noescape nlgo_neigh_info
// #cgo nocallback nlgo_neigh_info
// #cgo noescape rtnl_neigh_get_ext_flags
// #cgo nocallback rtnl_neigh_get_ext_flags
// #cgo noescape rtnl_neigh_get_nhid
// #cgo nocallback rtnl_neigh_get_nhid
// #cgo noescape rtnl_rule_get_protocol
// #cgo nocallback rtnl_rule_get_protocol
// #cgo noescape rtnl_rule_get_ipproto
// #cgo nocallback rtnl_rule_get_ipproto
// #cgo noescape rtnl_rule_get_sport
// #cgo nocallback rtnl_rule_get_sport
// #cgo noescape rtnl_rule_get_dport
// #cgo nocallback rtnl_rule_get_dport
// #cgo noescape nlgo_neightbl_thresh3
// #cgo nocallback nlgo_neightbl_thresh3
// #cgo noescape nlgo_mdb_entries
// #cgo nocallback nlgo_mdb_entries
// #cgo noescape nlgo_fib_build
// #cgo nocallback nlgo_fib_build
// #cgo noescape nlgo_genl_add_cmd
// #cgo nocallback nlgo_genl_add_cmd
// #cgo noescape nlgo_genl_handle
// #cgo nocallback nlgo_genl_handle
// #cgo noescape nlgo_genl_op2name
// #cgo nocallback nlgo_genl_op2name
// #cgo noescape nlgo_ct_info
// #cgo nocallback nlgo_ct_info
// #cgo noescape nlgo_ct_set_addr
// #cgo nocallback nlgo_ct_set_addr
// #cgo noescape nlgo_ct_parse_nested
// #cgo nocallback nlgo_ct_parse_nested
// #cgo noescape nlgo_exp_set_addr
// #cgo nocallback nlgo_exp_set_addr
// #cgo noescape nlgo_exp_info
// #cgo nocallback nlgo_exp_info
// #cgo noescape nfnl_log_copy_mode2str
// #cgo nocallback nfnl_log_copy_mode2str
// #cgo noescape nfnl_log_str2copy_mode
// #cgo nocallback nfnl_log_str2copy_mode
// #cgo noescape nfnl_log_flags2str
// #cgo nocallback nfnl_log_flags2str
// #cgo noescape nfnl_log_str2flags
// #cgo nocallback nfnl_log_str2flags
// #cgo noescape nfnl_inet_hook2str
// #cgo nocallback nfnl_inet_hook2str
// #cgo noescape nfnl_str2inet_hook
// #cgo nocallback nfnl_str2inet_hook
// #cgo noescape nfnl_log_msg_get_hwaddr
// #cgo nocallback nfnl_log_msg_get_hwaddr
// #cgo noescape nfnl_log_msg_get_payload
// #cgo nocallback nfnl_log_msg_get_payload
// #cgo noescape nfnl_log_msg_get_hwheader
// #cgo nocallback nfnl_log_msg_get_hwheader
// #cgo noescape nfnl_log_msg_set_hwaddr
// #cgo nocallback nfnl_log_msg_set_hwaddr
// #cgo noescape nfnl_log_msg_set_payload
// #cgo nocallback nfnl_log_msg_set_payload
// #cgo noescape nfnl_log_msg_set_hwheader
// #cgo nocallback nfnl_log_msg_set_hwheader
// #cgo noescape nfnl_log_msg_set_prefix
// #cgo nocallback nfnl_log_msg_set_prefix
// #cgo noescape nfnl_log_msg_set_timestamp
// #cgo nocallback nfnl_log_msg_set_timestamp
// #cgo noescape nlgo_log_msg_info
// #cgo nocallback nlgo_log_msg_info
// #cgo noescape nfnl_queue_copy_mode2str
// #cgo nocallback nfnl_queue_copy_mode2str
// #cgo noescape nfnl_queue_str2copy_mode
// #cgo nocallback nfnl_queue_str2copy_mode
// #cgo noescape nfnl_verdict2str
// #cgo nocallback nfnl_verdict2str
// #cgo noescape nfnl_str2verdict
// #cgo nocallback nfnl_str2verdict
// #cgo noescape nfnl_queue_msg_get_payload
// #cgo nocallback nfnl_queue_msg_get_payload
// #cgo noescape nfnl_queue_msg_set_payload
// #cgo nocallback nfnl_queue_msg_set_payload
// #cgo noescape nfnl_queue_msg_set_hwaddr
// #cgo nocallback nfnl_queue_msg_set_hwaddr
// #cgo noescape nlgo_queue_msg_info
// #cgo nocallback nlgo_queue_msg_info
// #include "cgo_helpers.h"
import "C"

import (
	"fmt"
	"math"
)

// Version is a release of libnl.
type Version struct{ Major, Minor, Micro int }

// String returns the version as libnl writes it, "3.7.0".
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Micro) }

// CompiledVersion returns the version of the libnl headers the package was compiled with.
//
// Implements: LIBNL_VER_MAJ LIBNL_VER_MIN LIBNL_VER_MIC
func CompiledVersion() Version {
	return Version{C.LIBNL_VER_MAJ, C.LIBNL_VER_MIN, C.LIBNL_VER_MIC}
}

// RuntimeVersion returns the version of the libnl that is loaded.
//
// Implements: nl_ver_num nl_ver_maj nl_ver_min nl_ver_mic
func RuntimeVersion() Version {
	return Version{int(C.nl_ver_maj), int(C.nl_ver_min), int(C.nl_ver_mic)}
}

// Capability is a fix or a behaviour that libnl can be asked for at run time (NL_CAPABILITY_*).
type Capability int

// The capabilities of libnl up to 3.12: NL_CAPABILITY_FOO_BAR is CapFooBar, without NL and RTNL. [HasCapability] is false for
// one that is newer than the loaded libnl.
const (
	CapRouteBuildMsgSetScope               Capability = 1  // NL_CAPABILITY_ROUTE_BUILD_MSG_SET_SCOPE
	CapRouteLinkVethGetPeerOwnReference    Capability = 2  // NL_CAPABILITY_ROUTE_LINK_VETH_GET_PEER_OWN_REFERENCE
	CapRouteLinkClsAddActOwnReference      Capability = 3  // NL_CAPABILITY_ROUTE_LINK_CLS_ADD_ACT_OWN_REFERENCE
	CapConnectRetryGeneratePortOnAddrInUse Capability = 4  // NL_CAPABILITY_NL_CONNECT_RETRY_GENERATE_PORT_ON_ADDRINUSE
	CapRouteLinkGetKernelFailOpNotSupp     Capability = 5  // NL_CAPABILITY_ROUTE_LINK_GET_KERNEL_FAIL_OPNOTSUPP
	CapRouteAddrCompareCacheInfo           Capability = 6  // NL_CAPABILITY_ROUTE_ADDR_COMPARE_CACHEINFO
	CapVersion3_2_26                       Capability = 7  // NL_CAPABILITY_VERSION_3_2_26
	CapRecvFailTruncNoPeek                 Capability = 8  // NL_CAPABILITY_NL_RECV_FAIL_TRUNC_NO_PEEK
	CapLinkBuildChangeRequestSetChange     Capability = 9  // NL_CAPABILITY_LINK_BUILD_CHANGE_REQUEST_SET_CHANGE
	CapNeighGetFilterAFUnspecFix           Capability = 10 // NL_CAPABILITY_RTNL_NEIGH_GET_FILTER_AF_UNSPEC_FIX
	CapVersion3_2_27                       Capability = 11 // NL_CAPABILITY_VERSION_3_2_27
	CapLinkVLANProtocolSerialize           Capability = 12 // NL_CAPABILITY_RTNL_LINK_VLAN_PROTOCOL_SERIALZE
	CapLinkParseGRERemote                  Capability = 13 // NL_CAPABILITY_RTNL_LINK_PARSE_GRE_REMOTE
	CapLinkVLANIngressMapClear             Capability = 14 // NL_CAPABILITY_RTNL_LINK_VLAN_INGRESS_MAP_CLEAR
	CapLinkVXLANIOCompare                  Capability = 15 // NL_CAPABILITY_RTNL_LINK_VXLAN_IO_COMPARE
	CapObjectDiff64                        Capability = 16 // NL_CAPABILITY_NL_OBJECT_DIFF64
	CapXFRMSAKeySize                       Capability = 17 // NL_CAPABILITY_XFRM_SA_KEY_SIZE
	CapAddrPeerFix                         Capability = 18 // NL_CAPABILITY_RTNL_ADDR_PEER_FIX
	CapVersion3_2_28                       Capability = 19 // NL_CAPABILITY_VERSION_3_2_28
	CapAddrPeerIDFix                       Capability = 20 // NL_CAPABILITY_RTNL_ADDR_PEER_ID_FIX
	CapAddrFillSockaddr                    Capability = 21 // NL_CAPABILITY_NL_ADDR_FILL_SOCKADDR
	CapXFRMSecCtxLen                       Capability = 22 // NL_CAPABILITY_XFRM_SEC_CTX_LEN
	CapLinkBuildAddRequestSetChange        Capability = 23 // NL_CAPABILITY_LINK_BUILD_ADD_REQUEST_SET_CHANGE
	CapRecvMsgsPeekByDefault               Capability = 24 // NL_CAPABILITY_NL_RECVMSGS_PEEK_BY_DEFAULT
	CapVersion3_2_29                       Capability = 25 // NL_CAPABILITY_VERSION_3_2_29
	CapXFRMSPSecCtxLen                     Capability = 26 // NL_CAPABILITY_XFRM_SP_SEC_CTX_LEN
	CapVersion3_3_0                        Capability = 27 // NL_CAPABILITY_VERSION_3_3_0
	CapVersion3_4_0                        Capability = 28 // NL_CAPABILITY_VERSION_3_4_0
	CapRouteFixVLANSetEgressMap            Capability = 29 // NL_CAPABILITY_ROUTE_FIX_VLAN_SET_EGRESS_MAP
	CapVersion3_5_0                        Capability = 30 // NL_CAPABILITY_VERSION_3_5_0
	CapObjectIdenticalPartial              Capability = 31 // NL_CAPABILITY_NL_OBJECT_IDENTICAL_PARTIAL
	CapVersion3_6_0                        Capability = 32 // NL_CAPABILITY_VERSION_3_6_0
	CapVersion3_7_0                        Capability = 33 // NL_CAPABILITY_VERSION_3_7_0
	CapVersion3_8_0                        Capability = 34 // NL_CAPABILITY_VERSION_3_8_0
	CapVersion3_9_0                        Capability = 35 // NL_CAPABILITY_VERSION_3_9_0
	CapVersion3_10_0                       Capability = 36 // NL_CAPABILITY_VERSION_3_10_0
	CapVersion3_11_0                       Capability = 37 // NL_CAPABILITY_VERSION_3_11_0
	CapVersion3_12_0                       Capability = 38 // NL_CAPABILITY_VERSION_3_12_0
	CapRouteFixParseBonding                Capability = 41 // NL_CAPABILITY_ROUTE_FIX_PARSE_BONDING
)

// UserReserved reports whether the number is one that libnl leaves to private builds of itself (0x7000 to 0x7FFF).
//
// Implements: NL_CAPABILITY_IS_USER_RESERVED
func (c Capability) UserReserved() bool { return c&^0xfff == 0x7000 }

// HasCapability reports whether the loaded libnl has the capability. It has none with a number out of its range.
//
// Implements: nl_has_capability
func HasCapability(c Capability) bool {
	return c > 0 && c <= math.MaxInt16 && C.nl_has_capability(C.int(c)) != 0
}
